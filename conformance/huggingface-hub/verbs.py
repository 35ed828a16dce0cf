"""What people do to a repository over its life, each verb once: every version of the client sends it in its own way."""
import os
import tempfile
import time
from pathlib import Path
from typing import get_args

from huggingface_hub import __version__, hf_api
from huggingface_hub import CommitOperationAdd, CommitOperationCopy, CommitOperationDelete, HfApi, HfFileSystem, hf_hub_download
from huggingface_hub.utils import HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError, build_hf_headers, get_session

from report import ALICE, BOB, URL, case, case_if, refused, run_cases

alice = HfApi(endpoint=URL, token=ALICE)
bob = HfApi(endpoint=URL, token=BOB)
REPO = "alice/verbs"
LARGE = os.urandom(11 * 1024 * 1024)


def files(repo=REPO, **options):
    return set(alice.list_repo_files(repo, **options))


def read(path, repo=REPO, **options):
    return Path(hf_hub_download(repo, path, token=ALICE, **options)).read_bytes()


def raw(path):
    answer = get_session().get(f"{URL}/{path}", headers=build_hf_headers(token=ALICE))
    answer.raise_for_status()
    return answer


@case
def every_kind_of_repository():
    for kind, more in (("model", {}), ("dataset", {}), ("space", {"space_sdk": "static"})):
        name = f"alice/kind-{kind}"
        alice.create_repo(name, repo_type=kind, **more)
        alice.upload_file(path_or_fileobj=LARGE[:999], path_in_repo="a.txt", repo_id=name, repo_type=kind)
        assert "a.txt" in files(name, repo_type=kind)
        assert read("a.txt", name, repo_type=kind) == LARGE[:999]
        alice.delete_repo(name, repo_type=kind)
        refused(RepositoryNotFoundError, lambda: alice.repo_info(name, repo_type=kind))


@case_if(tuple(int(part) for part in __version__.split(".")[:2]) >= (2, 3), "kernels take no commits yet")
def a_kernel_is_written_and_read():
    name = "alice/kind-kernel"
    alice.create_repo(name, repo_type="kernel")
    operations = [CommitOperationAdd("build/a.py", b"pass"), CommitOperationAdd("build/large.bin", LARGE[:6_000_000])]
    commit = alice.create_commit(name, operations, commit_message="a kernel", repo_type="kernel")
    assert f"/kernels/{name}/commit/" in commit.commit_url, commit
    assert {"build/a.py", "build/large.bin"} <= set(files(name, repo_type="kernel"))
    assert read("build/large.bin", name, repo_type="kernel") == LARGE[:6_000_000]
    alice.delete_repo(name, repo_type="kernel")


@case
def one_commit_of_many_kinds():
    alice.create_repo(REPO)
    texts = [CommitOperationAdd(f"text/{index:03}.txt", f"text {index}".encode()) for index in range(60)]
    alice.create_commit(REPO, [*texts, CommitOperationAdd("large.bin", LARGE)], commit_message="many", commit_description="sixty and one")
    assert len(files()) == 62, files()
    assert read("large.bin") == LARGE and read("text/007.txt") == b"text 7"
    first = alice.list_repo_commits(REPO)[0]
    assert (first.title, first.message) == ("many", "sixty and one"), first


@case
def rename_a_file_by_copy_and_delete():
    operations = [CommitOperationCopy("large.bin", "weights/model.bin"), CommitOperationDelete("large.bin")]
    alice.create_commit(REPO, operations, commit_message="rename")
    assert "weights/model.bin" in files() and "large.bin" not in files()
    assert read("weights/model.bin") == LARGE


@case
def large_folder():
    with tempfile.TemporaryDirectory() as folder:
        for index in range(120):
            target = Path(folder, f"shard-{index % 7}", f"{index}.json")
            target.parent.mkdir(exist_ok=True)
            target.write_text(f'{{"index": {index}}}')
        for index in range(3):
            Path(folder, f"{index}.safetensors").write_bytes(LARGE[index * 1000 : index * 1000 + 3_000_000])
        if hasattr(HfApi, "upload_large_folder"):
            alice.upload_large_folder("alice/large-folder", folder, repo_type="model", num_workers=2, print_report=False)
        else:
            alice.create_repo("alice/large-folder")
            alice.upload_folder(repo_id="alice/large-folder", folder_path=folder)
    assert len(files("alice/large-folder") - {".gitattributes", "README.md"}) == 123, len(files("alice/large-folder"))
    assert read("1.safetensors", "alice/large-folder") == LARGE[1000:3_001_000]
    alice.delete_repo("alice/large-folder")


@case
def an_unchanged_file_makes_no_commit():
    head = alice.model_info(REPO).sha
    alice.upload_file(path_or_fileobj=b"text 7", path_in_repo="text/007.txt", repo_id=REPO)
    assert alice.model_info(REPO).sha == head


@case
def delete_a_folder_and_by_pattern():
    alice.delete_files(REPO, ["text/00*.txt"])
    assert len([path for path in files() if path.startswith("text/")]) == 50
    alice.delete_folder("text", REPO)
    assert not [path for path in files() if path.startswith("text/")]


@case
def range_of_a_file():
    system = HfFileSystem(endpoint=URL, token=ALICE, skip_instance_cache=True)
    with system.open(f"{REPO}/weights/model.bin", "rb", block_size=2**16) as file:
        file.seek(5_000_000)
        assert file.read(100_000) == LARGE[5_000_000:5_100_000]
    assert system.info(f"{REPO}/weights/model.bin")["size"] == len(LARGE)
    assert system.glob(f"{REPO}/**/*.bin") == [f"{REPO}/weights/model.bin"]


@case
def fsspec_writes_moves_and_removes():
    system = HfFileSystem(endpoint=URL, token=ALICE, skip_instance_cache=True)
    with system.open(f"{REPO}/fs/one.txt", "w") as file:
        file.write("through fsspec")
    assert system.cat_file(f"{REPO}/fs/one.txt") == b"through fsspec"
    system.mv(f"{REPO}/fs/one.txt", f"{REPO}/fs/two.txt")
    assert not system.exists(f"{REPO}/fs/one.txt") and system.isfile(f"{REPO}/fs/two.txt")
    system.rm(f"{REPO}/fs", recursive=True)
    assert not [path for path in files() if path.startswith("fs/")]


@case
def branch_from_a_commit_and_back():
    start = alice.list_repo_commits(REPO)[-1].commit_id
    alice.create_branch(REPO, branch="from-start", revision=start)
    assert alice.model_info(REPO, revision="from-start").sha == start
    refused(HfHubHTTPError, lambda: alice.create_branch(REPO, branch="from-start"))
    alice.create_branch(REPO, branch="from-start", exist_ok=True)
    refused(RevisionNotFoundError, lambda: alice.model_info(REPO, revision="nowhere"))
    alice.delete_branch(REPO, branch="from-start")
    refused(RevisionNotFoundError, lambda: alice.model_info(REPO, revision="from-start"))


@case
def tag_with_a_message():
    alice.create_tag(REPO, tag="v1", tag_message="the first")
    refused(HfHubHTTPError, lambda: alice.create_tag(REPO, tag="v1"))
    alice.upload_file(path_or_fileobj=b"later", path_in_repo="later.txt", repo_id=REPO)
    assert "later.txt" not in files(revision="v1")
    assert [tag.name for tag in alice.list_repo_refs(REPO).tags] == ["v1"]


@case
def compare_two_revisions():
    text = raw(f"api/models/{REPO}/compare/v1..main?raw=true").text
    assert "later.txt" in text and "+later" in text, text[:500]


@case
def pull_request_of_a_stranger():
    adding = [CommitOperationAdd("idea.txt", b"an idea"), CommitOperationAdd("idea.bin", LARGE[:2_000_000])]
    commit = bob.create_commit(REPO, adding, commit_message="An idea", commit_description="in detail", create_pr=True)
    revision = commit.pr_revision
    assert "idea.txt" in files(revision=revision) and "idea.txt" not in files()
    assert read("idea.bin", revision=revision) == LARGE[:2_000_000]
    refs = alice.list_repo_refs(REPO, include_pull_requests=True)
    assert revision in {ref.ref for ref in refs.pull_requests}, refs
    bob.create_commit(REPO, [CommitOperationAdd("more.txt", b"more")], commit_message="More", revision=revision)
    assert "more.txt" in files(revision=revision)


@case
def talk_about_a_pull_request_and_merge_it():
    number = next(one.num for one in alice.get_repo_discussions(REPO) if one.is_pull_request)
    alice.comment_discussion(REPO, number, comment="A **good** idea")
    bob.rename_discussion(REPO, number, new_title="A better idea")
    refused(HfHubHTTPError, lambda: bob.merge_pull_request(REPO, number))
    alice.upload_file(path_or_fileobj=b"meanwhile", path_in_repo="meanwhile.txt", repo_id=REPO)
    alice.merge_pull_request(REPO, number, comment="Thank you")
    assert {"idea.txt", "idea.bin", "more.txt", "meanwhile.txt"} <= files()
    assert read("idea.bin") == LARGE[:2_000_000]
    details = alice.get_discussion_details(REPO, number)
    assert (details.status, details.title) == ("merged", "A better idea") and details.merge_commit_oid, details
    kinds = [event.type for event in details.events]
    assert kinds.count("comment") == 3 and kinds.count("commit") == 2 and "title-change" in kinds, kinds


@case
def squash_the_history():
    alice.create_repo("alice/squash")
    for index in range(3):
        alice.upload_file(path_or_fileobj=str(index).encode(), path_in_repo="n.txt", repo_id="alice/squash")
    alice.super_squash_history("alice/squash", commit_message="one")
    assert [commit.title for commit in alice.list_repo_commits("alice/squash")] == ["one"]
    assert read("n.txt", "alice/squash") == b"2"


@case
def settings_change_who_sees():
    change = alice.update_repo_settings if hasattr(HfApi, "update_repo_settings") else alice.update_repo_visibility
    change("alice/squash", private=True)
    refused(RepositoryNotFoundError, lambda: bob.model_info("alice/squash"))
    change("alice/squash", private=False)
    assert bob.model_info("alice/squash").private is False


@case
def move_to_an_organisation():
    alice.move_repo("alice/squash", "stoa/squash")
    assert alice.model_info("alice/squash").id == "stoa/squash"
    assert read("n.txt", "alice/squash") == b"2"
    refused(HfHubHTTPError, lambda: bob.move_repo("stoa/squash", "bob/squash"))
    alice.delete_repo("stoa/squash")


@case_if(hasattr(HfApi, "duplicate_repo"), "no duplicate_repo yet")
def duplicate_with_large_files():
    made = alice.duplicate_repo(REPO, "stoa/verbs-copy")
    assert "stoa/verbs-copy" in str(made)
    assert read("weights/model.bin", "stoa/verbs-copy") == LARGE
    alice.delete_repo("stoa/verbs-copy")


@case_if(hasattr(HfApi, "permanently_delete_lfs_files"), "no permanent deletion yet")
def forget_a_large_file():
    alice.upload_file(path_or_fileobj=LARGE[:1_500_000], path_in_repo="mistake.bin", repo_id=REPO)
    found = [file for file in alice.list_lfs_files(REPO) if file.filename.endswith("mistake.bin")]
    assert len(found) == 1, found
    alice.permanently_delete_lfs_files(REPO, found, rewrite_history=True)
    assert "mistake.bin" not in files()


@case_if(hasattr(HfApi, "verify_repo_checksums"), "no verification yet")
def verify_a_download():
    with tempfile.TemporaryDirectory() as folder:
        alice.snapshot_download(REPO, local_dir=folder)
        outcome = alice.verify_repo_checksums(REPO, local_dir=folder)
    assert not outcome.mismatches and not outcome.missing_paths, outcome


@case
def weights_are_described():
    described = alice.get_safetensors_metadata("stoa/tiny-llama")
    assert sum(described.parameter_count.values()) > 100_000
    assert alice.model_info("stoa/tiny-llama", expand=["safetensors"]).safetensors.total > 100_000


@case
def every_name_that_may_be_expanded():
    kinds = {"Model": ("stoa/tiny-llama", "model", "list_models"), "Dataset": (None, "dataset", "list_datasets"), "Space": (None, "space", "list_spaces")}
    for kind, (repo, repo_type, lister) in kinds.items():
        names = get_args(getattr(hf_api, f"Expand{kind}Property_T", None) or ())
        if not names:
            continue
        made = repo or f"alice/expand-{repo_type}"
        if repo is None:
            alice.create_repo(made, repo_type=repo_type, exist_ok=True, **({"space_sdk": "static"} if repo_type == "space" else {}))
        known = alice.repo_info(made, repo_type=repo_type, expand=list(names))
        assert known.id == made and known.author == made.split("/")[0] and known.created_at is not None, known
        assert isinstance(known.likes, int) and isinstance(known.tags, list) and known.last_modified is not None, known
        # In lists the Hub answers providers as a list, which 0.30 cannot read.
        listable = [name for name in names if name != "inferenceProviderMapping" or not __version__.startswith("0.30.")]
        # Lists follow a creation within seconds.
        for _ in range(40):
            listed = [one.id for one in getattr(alice, lister)(author=made.split("/")[0], expand=listable)]
            if made in listed:
                break
            time.sleep(0.25)
        assert made in listed
        if repo is None:
            alice.delete_repo(made, repo_type=repo_type)


@case_if(hasattr(HfApi, "create_bucket"), "no buckets yet")
def buckets():
    alice.create_bucket("alice/bucket")
    try:
        alice.batch_bucket_files("alice/bucket", add=[(LARGE[:2_000_000], "in/one.bin"), (b"two", "in/two.txt")])
        assert {entry.path for entry in alice.list_bucket_tree("alice/bucket", recursive=True) if entry.type == "file"} == {"in/one.bin", "in/two.txt"}
        with tempfile.TemporaryDirectory() as folder:
            alice.download_bucket_files("alice/bucket", files=[("in/one.bin", Path(folder, "one.bin"))])
            assert Path(folder, "one.bin").read_bytes() == LARGE[:2_000_000]
        alice.batch_bucket_files("alice/bucket", delete=["in/two.txt"])
        assert len([entry for entry in alice.list_bucket_tree("alice/bucket", recursive=True) if entry.type == "file"]) == 1
    finally:
        alice.delete_bucket("alice/bucket")


@case
def delete_at_the_end():
    refused(HfHubHTTPError, lambda: bob.delete_repo(REPO))
    alice.delete_repo(REPO)
    alice.delete_repo(REPO, missing_ok=True)
    refused(RepositoryNotFoundError, lambda: alice.model_info(REPO))


run_cases()
