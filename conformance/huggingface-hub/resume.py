"""Large transfers over a line that breaks once in the middle of each: what was there is kept, asking again finishes it."""
import os
import tempfile
from pathlib import Path

from huggingface_hub import HfApi, HfFileSystem, hf_hub_download, snapshot_download

from report import ALICE, URL, case, run_cases

alice = HfApi(endpoint=URL, token=ALICE)
REPO = "alice/resume"
SIZE = 16 * 1024 * 1024
LARGE = {f"large-{index}.bin": os.urandom(SIZE) for index in range(2)}
TRIES = 4


def again(call):
    """A person who repeats the command until it works."""
    for left in reversed(range(TRIES)):
        try:
            return call()
        except Exception:
            if left == 0:
                raise


@case
def upload_of_a_file():
    alice.create_repo(REPO)
    again(lambda: alice.upload_file(path_or_fileobj=LARGE["large-0.bin"], path_in_repo="large-0.bin", repo_id=REPO))


@case
def upload_of_a_folder():
    with tempfile.TemporaryDirectory() as folder:
        for name, content in LARGE.items():
            Path(folder, name).write_bytes(content)
        again(lambda: alice.upload_folder(repo_id=REPO, folder_path=folder))
    assert set(LARGE) <= set(alice.list_repo_files(REPO))


@case
def download_of_a_file():
    path = again(lambda: hf_hub_download(REPO, "large-0.bin", token=ALICE))
    assert Path(path).read_bytes() == LARGE["large-0.bin"]


@case
def download_of_a_snapshot():
    folder = again(lambda: snapshot_download(REPO, token=ALICE))
    for name, content in LARGE.items():
        assert Path(folder, name).read_bytes() == content


@case
def reading_through_fsspec():
    system = HfFileSystem(endpoint=URL, token=ALICE, skip_instance_cache=True)
    assert again(lambda: system.cat_file(f"{REPO}/large-1.bin")) == LARGE["large-1.bin"]


run_cases()
