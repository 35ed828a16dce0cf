"""A large file, then a copy with a few edits, each sent by a client with an empty memory (its own HF_XET_CACHE)."""
import hashlib
import os
import random
from pathlib import Path

from huggingface_hub import HfApi, hf_hub_download

from report import case, run_cases

SIZE = int(os.environ["EDITED_MB"]) * 1_000_000
STEP = os.environ["STEP"]
alice = HfApi(endpoint=os.environ["HF_ENDPOINT"], token=os.environ["ALICE"])


def content():
    source = random.Random(7)
    data = bytearray()
    # A single call makes some 268 MB at most.
    while len(data) < SIZE:
        data += source.randbytes(min(100_000_000, SIZE - len(data)))
    if STEP == "edited":
        data[SIZE // 3 : SIZE // 3 + 5] = b"other"
        data[SIZE // 2 : SIZE // 2] = b"a few bytes more"
    return data


@case
def send():
    path = Path(f"{STEP}.bin")
    path.write_bytes(content())
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    alice.create_repo("alice/edited", exist_ok=True)
    alice.upload_file(path_or_fileobj=path, path_in_repo=f"{STEP}.bin", repo_id="alice/edited")
    path.unlink()
    back = hf_hub_download("alice/edited", f"{STEP}.bin", token=os.environ["ALICE"], local_dir="back")
    assert hashlib.sha256(Path(back).read_bytes()).hexdigest() == digest
    Path(back).unlink()


run_cases()
