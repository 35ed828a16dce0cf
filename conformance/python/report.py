"""Collects cases and prints one JSON object per case: name, error or null, and why it is absent in this version."""
import json
import os
import traceback

URL = os.environ["HF_ENDPOINT"]
ALICE, BOB, READER = os.environ["ALICE"], os.environ["BOB"], os.environ["READER"]
CASES = []


def case(run):
    CASES.append((run, None))
    return run


def case_if(is_there, why):
    """A case of a function that this version of the client may not have yet, or no longer."""

    def register(run):
        CASES.append((run, None if is_there else why))
        return run

    return register


def refused(error_type, call):
    try:
        call()
    except error_type:
        return
    raise AssertionError(f"not refused with {error_type}")


def run_cases():
    for run, absent in CASES:
        error = None
        if absent is None:
            try:
                run()
            except BaseException:
                error = traceback.format_exc()
        print(json.dumps({"name": run.__name__, "error": error, "absent": absent}), flush=True)
