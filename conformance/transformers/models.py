"""transformers loads a model by its id. torch is left out (gigabytes): weights are read with numpy and run with ONNX."""
import os

import numpy
import onnxruntime
from huggingface_hub import HfApi
from safetensors.numpy import load_file
from transformers import AutoConfig, AutoTokenizer, GenerationConfig
from transformers.utils import cached_file

from report import ALICE, BOB, URL, case, refused, run_cases

LLAMA, SENTIMENT = "stoa/tiny-llama", "stoa/tiny-sentiment"


@case
def configuration_by_id():
    config = AutoConfig.from_pretrained(LLAMA)
    assert config.model_type == "llama" and config.vocab_size == 355
    assert AutoConfig.from_pretrained(SENTIMENT).id2label == {0: "NEGATIVE", 1: "POSITIVE"}


@case
def tokenizer_and_chat_template():
    tokenizer = AutoTokenizer.from_pretrained(LLAMA)
    text = tokenizer.apply_chat_template([{"role": "user", "content": "What is 3 plus 4?"}], tokenize=False, add_generation_prompt=True)
    assert text == "<s><|user|>What is 3 plus 4?\n<|assistant|>", text
    ids = tokenizer("What is 3 plus 4?")["input_ids"]
    assert tokenizer.decode(ids, skip_special_tokens=True).strip() == "What is 3 plus 4?"


@case
def weights_fit_the_configuration():
    config = AutoConfig.from_pretrained(LLAMA)
    tensors = load_file(cached_file(LLAMA, "model.safetensors"))
    assert tensors["model.embed_tokens.weight"].shape == (config.vocab_size, config.hidden_size)
    assert numpy.isfinite(tensors["model.norm.weight"]).all()


@case
def a_classification():
    tokenizer = AutoTokenizer.from_pretrained(SENTIMENT)
    labels = AutoConfig.from_pretrained(SENTIMENT).id2label
    session = onnxruntime.InferenceSession(cached_file(SENTIMENT, "onnx/model.onnx"), providers=["CPUExecutionProvider"])
    names = {one.name for one in session.get_inputs()}

    def classify(text):
        fed = {name: value.astype(numpy.int64) for name, value in tokenizer(text, return_tensors="np").items() if name in names}
        return labels[int(session.run(None, fed)[0][0].argmax())]

    assert classify("what a great and lovely film") == "POSITIVE"
    assert classify("a terrible, boring film") == "NEGATIVE"


@case
def a_file_that_is_not_there():
    refused(OSError, lambda: cached_file(LLAMA, "absent.bin"))
    assert cached_file(LLAMA, "absent.bin", _raise_exceptions_for_missing_entries=False) is None


@case
def push_and_load_from_a_branch_in_private():
    api = HfApi(endpoint=URL, token=ALICE)
    tokenizer, config = AutoTokenizer.from_pretrained(LLAMA), AutoConfig.from_pretrained(LLAMA)
    tokenizer.push_to_hub("alice/pushed", token=ALICE, private=True)
    api.create_branch("alice/pushed", branch="next")
    config.hidden_size = 32
    config.push_to_hub("alice/pushed", token=ALICE, revision="next", commit_message="A smaller one")
    GenerationConfig(max_new_tokens=5).push_to_hub("alice/pushed", token=ALICE)
    assert AutoTokenizer.from_pretrained("alice/pushed", token=ALICE)("two")["input_ids"] == tokenizer("two")["input_ids"]
    assert AutoConfig.from_pretrained("alice/pushed", token=ALICE, revision="next").hidden_size == 32
    refused((OSError, ValueError), lambda: AutoConfig.from_pretrained("alice/pushed", token=ALICE))
    refused(OSError, lambda: AutoTokenizer.from_pretrained("alice/pushed", token=BOB, cache_dir=os.getcwd() + "/bob"))
    api.delete_repo("alice/pushed")


run_cases()
