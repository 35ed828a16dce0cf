"""datasets publishes tables and reads them back, whole and in a stream."""
import os

from datasets import Dataset, DatasetDict, get_dataset_config_names, get_dataset_split_names, load_dataset
from huggingface_hub import HfApi

from report import ALICE, BOB, URL, case, refused, run_cases

api = HfApi(endpoint=URL, token=ALICE)
NAME = "alice/rows"
ROWS = {"id": list(range(400)), "text": [f"row {index} ü" for index in range(400)], "score": [index / 4 for index in range(400)]}


def fresh(**options):
    """Without the local copy that an earlier case made."""
    return load_dataset(token=ALICE, download_mode="force_redownload", **options)


@case
def push_two_splits():
    DatasetDict({"train": Dataset.from_dict(ROWS), "test": Dataset.from_dict({key: values[:40] for key, values in ROWS.items()})}).push_to_hub(NAME, token=ALICE)
    assert any(path.startswith("data/train-") for path in api.list_repo_files(NAME, repo_type="dataset"))


@case
def load_back():
    loaded = fresh(path=NAME)
    assert loaded["train"].num_rows == 400 and loaded["test"].num_rows == 40
    assert loaded["train"][7] == {"id": 7, "text": "row 7 ü", "score": 1.75}


@case
def stream():
    rows = load_dataset(NAME, split="train", streaming=True, token=ALICE)
    assert [row["id"] for row in rows.skip(10).take(5)] == [10, 11, 12, 13, 14]
    assert sum(1 for _ in rows) == 400


@case
def a_second_configuration_in_shards():
    Dataset.from_dict(ROWS).push_to_hub(NAME, config_name="sharded", split="train", num_shards=4, token=ALICE)
    assert set(get_dataset_config_names(NAME, token=ALICE)) == {"default", "sharded"}
    assert get_dataset_split_names(NAME, "sharded", token=ALICE) == ["train"]
    assert len([path for path in api.list_repo_files(NAME, repo_type="dataset") if path.startswith("sharded/")]) == 4
    loaded = fresh(path=NAME, name="sharded", split="train")
    assert loaded["id"][:] == ROWS["id"]


@case
def the_card_says_what_is_inside():
    info = api.dataset_info(NAME)
    assert [config["config_name"] for config in info.card_data.to_dict()["configs"]] == ["default", "sharded"]


@case
def push_again_replaces():
    Dataset.from_dict({"id": [1, 2]}).push_to_hub("alice/again", token=ALICE)
    Dataset.from_dict({"id": [3]}).push_to_hub("alice/again", token=ALICE)
    assert fresh(path="alice/again", split="train")["id"][:] == [3]


@case
def an_earlier_revision():
    commits = api.list_repo_commits("alice/again", repo_type="dataset")
    earlier = next(commit for commit in commits[1:] if "Upload dataset" in commit.title)
    assert fresh(path="alice/again", split="train", revision=earlier.commit_id)["id"][:] == [1, 2]


@case
def plain_files_by_their_address():
    api.create_repo("alice/plain", repo_type="dataset", private=True)
    for path, text in (("csv/a.csv", "n,word\n1,one\n2,two\n"), ("lines.jsonl", '{"n": 3}\n{"n": 4}\n')):
        api.upload_file(path_or_fileobj=text.encode(), path_in_repo=path, repo_id="alice/plain", repo_type="dataset")
    assert fresh(path="alice/plain", data_files="csv/*.csv", split="train")["word"][:] == ["one", "two"]
    lines = fresh(path="json", data_files="hf://datasets/alice/plain/lines.jsonl", split="train")
    assert lines["n"][:] == [3, 4]
    refused(Exception, lambda: load_dataset("alice/plain", token=BOB, cache_dir=os.getcwd() + "/bob"))


run_cases()
