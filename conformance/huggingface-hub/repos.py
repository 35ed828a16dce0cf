"""Repositories through the Python client, in its own words."""
import os
import tempfile
from pathlib import Path

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, hf_hub_download, snapshot_download
from huggingface_hub.utils import HfHubHTTPError, RepositoryNotFoundError

from report import ALICE, BOB, READER, URL, case, refused, run_cases

alice = HfApi(endpoint=URL, token=ALICE)
bob = HfApi(endpoint=URL, token=BOB)
reader = HfApi(endpoint=URL, token=READER)
anonymous = HfApi(endpoint=URL, token=False)
BIG = os.urandom(12 * 1024 * 1024)


@case
def whoami():
    me = alice.whoami()
    assert me["name"] == "alice" and me["type"] == "user"
    assert any(org["name"] == "stoa" for org in me["orgs"])


@case
def create_is_idempotent_when_asked():
    first = alice.create_repo("alice/conf")
    again = alice.create_repo("alice/conf", exist_ok=True)
    assert str(first) == str(again)
    refused(HfHubHTTPError, lambda: alice.create_repo("alice/conf"))


@case
def upload_text_and_read_back():
    alice.upload_file(path_or_fileobj=b"hello stoa", path_in_repo="notes/hello.txt", repo_id="alice/conf")
    path = hf_hub_download("alice/conf", "notes/hello.txt", token=ALICE)
    assert Path(path).read_bytes() == b"hello stoa"


@case
def upload_large_file_through_lfs():
    alice.upload_file(path_or_fileobj=BIG, path_in_repo="weights.bin", repo_id="alice/conf")
    path = hf_hub_download("alice/conf", "weights.bin", token=ALICE)
    assert Path(path).read_bytes() == BIG
    info = alice.get_paths_info("alice/conf", ["weights.bin"])[0]
    assert info.lfs is not None and info.size == len(BIG)


@case
def upload_folder_and_snapshot():
    with tempfile.TemporaryDirectory() as folder:
        for index in range(20):
            target = Path(folder, f"part-{index % 3}", f"file {index} ü.txt")
            target.parent.mkdir(exist_ok=True)
            target.write_text(f"line {index}\n")
        alice.upload_folder(folder_path=folder, repo_id="alice/conf", path_in_repo="folder")
    local = snapshot_download("alice/conf", allow_patterns="folder/*", token=ALICE)
    assert len([path for path in Path(local).rglob("*") if path.is_file()]) == 20


@case
def commit_with_parent_conflicts():
    head = alice.model_info("alice/conf").sha
    add = lambda name: [CommitOperationAdd(path_in_repo=name, path_or_fileobj=b"x")]
    alice.create_commit("alice/conf", operations=add("one.txt"), commit_message="one", parent_commit=head)
    refused(HfHubHTTPError, lambda: alice.create_commit("alice/conf", operations=add("two.txt"), commit_message="two", parent_commit=head))


@case
def delete_files_and_history():
    alice.create_commit("alice/conf", operations=[CommitOperationDelete(path_in_repo="one.txt")], commit_message="drop one")
    assert "one.txt" not in alice.list_repo_files("alice/conf")
    titles = [commit.title for commit in alice.list_repo_commits("alice/conf")]
    assert titles[0] == "drop one" and titles[-1] == "initial commit"


@case
def branches_and_tags():
    alice.create_branch("alice/conf", branch="dev")
    alice.upload_file(path_or_fileobj=b"dev", path_in_repo="dev.txt", repo_id="alice/conf", revision="dev")
    alice.create_tag("alice/conf", tag="v1", revision="dev")
    refs = alice.list_repo_refs("alice/conf")
    assert {branch.name for branch in refs.branches} == {"main", "dev"} and refs.tags[0].name == "v1"
    assert "dev.txt" not in alice.list_repo_files("alice/conf") and "dev.txt" in alice.list_repo_files("alice/conf", revision="v1")
    alice.delete_tag("alice/conf", tag="v1")
    alice.delete_branch("alice/conf", branch="dev")


@case
def tree_and_info():
    entries = {entry.path for entry in alice.list_repo_tree("alice/conf", recursive=True)}
    assert "notes/hello.txt" in entries and "weights.bin" in entries
    info = alice.model_info("alice/conf", files_metadata=True)
    sizes = {sibling.rfilename: sibling.size for sibling in info.siblings}
    assert sizes["weights.bin"] == len(BIG)


@case
def catalogue_lists_and_filters():
    names = {model.id for model in anonymous.list_models(author="stoa")}
    assert names == {"stoa/tiny-llama", "stoa/tiny-sentiment"}
    found = [model.id for model in anonymous.list_models(search="tiny-senti")]
    assert found == ["stoa/tiny-sentiment"]


@case
def private_is_missing_for_others():
    alice.create_repo("alice/secret", private=True)
    alice.upload_file(path_or_fileobj=b"s", path_in_repo="s.txt", repo_id="alice/secret")
    for other in (bob, anonymous):
        refused(RepositoryNotFoundError, lambda: other.model_info("alice/secret"))
        assert "alice/secret" not in [model.id for model in other.list_models(author="alice")]
    refused(RepositoryNotFoundError, lambda: hf_hub_download("alice/secret", "s.txt", token=BOB))


@case
def writing_needs_the_right():
    upload = lambda api: api.upload_file(path_or_fileobj=b"x", path_in_repo="x.txt", repo_id="alice/conf")
    refused(HfHubHTTPError, lambda: upload(bob))
    refused(HfHubHTTPError, lambda: upload(reader))


@case
def pull_request_commit():
    commit = bob.create_commit(
        "alice/conf", operations=[CommitOperationAdd(path_in_repo="pr.txt", path_or_fileobj=b"pr")], commit_message="suggest", create_pr=True
    )
    assert commit.pr_num is not None and commit.pr_revision == f"refs/pr/{commit.pr_num}"
    assert "pr.txt" in alice.list_repo_files("alice/conf", revision=commit.pr_revision)
    assert "pr.txt" not in alice.list_repo_files("alice/conf")


@case
def rename_keeps_the_old_name_working():
    alice.move_repo("alice/conf", "alice/conf-renamed")
    assert alice.model_info("alice/conf").id == "alice/conf-renamed"
    assert Path(hf_hub_download("alice/conf", "notes/hello.txt", token=ALICE)).read_bytes() == b"hello stoa"


@case
def delete_repository():
    alice.delete_repo("alice/conf-renamed")
    refused(RepositoryNotFoundError, lambda: alice.model_info("alice/conf-renamed"))


run_cases()
