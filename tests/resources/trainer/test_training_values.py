"""Values of a training that change its weights: the chat template, the average of the loss, gradients as they are."""

from pathlib import Path

import polars as pl
import pytest

from resources.trainer.base import TrainingSettings
from resources.trainer.chat_templates import NAMES, template_digest, template_text
from resources.trainer.schedule import number_of_steps
from tests.resources.trainer.test_local_trainer import SETTINGS, TEXTS, TINY, InThisProcess

torch = pytest.importorskip("torch", reason="training needs the extra `train`")

ASKED = [{"role": "user", "content": "Add x."}]
SAID = [*ASKED, {"role": "assistant", "content": "def f(x): ..."}]
STARTS = {
    "plain": "<s>Add x.\n",
    "instruction": "### Instruction\nAdd x.\n\n### Response\n",
    "at_instruction": "@@ Instruction\nAdd x.\n\n@@ Response\n",
    "alpaca": "### Instruction:\nAdd x.\n\n### Response:\n",
    "chatml": "<|im_start|>user\nAdd x.<|im_end|>\n<|im_start|>assistant\n",
}
ROWS = pl.DataFrame(
    {
        "sft_id": ["short", "long"],
        "prompt": ["Add 1.", "Add 2."],
        "completion": ["x + 1", "def f(x):\n    y = x + 2\n    z = y * 1\n    return z"],
    }
)


@pytest.fixture(scope="module")
def trainer():
    yield InThisProcess(threads=1, device="cpu")
    torch.use_deterministic_algorithms(False)


@pytest.fixture(scope="module")
def base(trainer: InThisProcess, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trainer.make_base(TEXTS, TINY, tmp_path_factory.mktemp("base") / "tiny", model_id="base").folder


def one_step(**changes: object) -> TrainingSettings:
    given = SETTINGS.model_dump() | {"epochs": None, "max_steps": 1, "warmup_ratio": None, "batch_size": 2}
    return TrainingSettings.model_validate(given | changes)


@pytest.mark.parametrize("name", NAMES)
def test_a_named_template_writes_a_conversation_and_its_beginning(base: Path, name: str):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(base)
    tokenizer.chat_template = template_text(name)
    start = tokenizer.apply_chat_template(ASKED, tokenize=False, add_generation_prompt=True)
    whole = tokenizer.apply_chat_template(SAID, tokenize=False)
    assert start.endswith(STARTS[name]) and (start.startswith("<s>") or name == "chatml")
    end = "<|im_end|>\n" if name == "chatml" else tokenizer.eos_token
    assert whole == start + "def f(x): ..." + end
    assert (
        tokenizer.apply_chat_template(SAID, tokenize=False, continue_final_message=True) == whole[: -len(end)]
    )
    told = [{"role": "system", "content": "Be brief."}, *ASKED]
    if name not in ("plain", "chatml"):
        said = tokenizer.apply_chat_template(told, tokenize=False, add_generation_prompt=True)
        assert said == f"<s>Be brief.\n\n{STARTS[name]}"


def test_a_checkpoint_carries_the_template_that_it_was_trained_with(
    trainer: InThisProcess, base: Path, tmp_path: Path
):
    from transformers import AutoTokenizer

    own = tmp_path / "own.jinja"
    own.write_text("{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}", encoding="utf-8")
    for number, chosen in enumerate(("chatml", str(own))):
        made = trainer.train(
            ROWS, one_step(chat_template=chosen), tmp_path / str(number), base=str(base), model_id=str(number)
        )
        assert AutoTokenizer.from_pretrained(made.folder).chat_template == template_text(chosen)
    assert template_digest("model") == ""
    assert len({template_digest(name) for name in (*NAMES, str(own))}) == len(NAMES) + 1


def test_a_template_that_is_none_is_named(tmp_path: Path):
    with pytest.raises(
        ValueError, match=r"'chatlm' is no chat template: give model, plain, .*, or a Jinja file"
    ):
        one_step(chat_template="chatlm")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"{% for %}", "own.jinja, line 1: "),
        (b"\xff\xfe", "own.jinja cannot be read: 'utf-8' codec"),
        (b"A recipe, and no template.", "own.jinja does not show an instruction and its response"),
        (b"{{ instruction }} {{ response }}", "own.jinja does not show an instruction and its response"),
        (b"{{ raise_exception('no') }}", "own.jinja cannot write an instruction with its response: no"),
        (b"{{ messages[3].content }}", "own.jinja cannot write an instruction with its response: "),
        (
            b"{% for m in messages %}{{ m.content }}{% endfor %}{% if add_generation_prompt %}Now:{% endif %}",
            "own.jinja writes an instruction otherwise",
        ),
    ],
)
def test_a_file_that_is_no_template_is_named(tmp_path: Path, text: bytes, message: str):
    (tmp_path / "own.jinja").write_bytes(text)
    with pytest.raises(ValueError, match=message):
        one_step(chat_template=str(tmp_path / "own.jinja"))


def test_rows_or_tokens_weigh_the_same(trainer: InThisProcess, base: Path, tmp_path: Path):
    """By rows two rows pull as they do alone; by tokens the longer one pulls more. Seen in the weights after a step."""
    from transformers import AutoModelForCausalLM

    def moved(rows: pl.DataFrame, **changes: object):
        settings = one_step(
            optimizer="adamw", weight_decay=0.0, max_grad_norm=None, learning_rate=1e-4, **changes
        )
        name = (
            f"{rows.height}{rows['sft_id'][0]}{changes.get('loss_average')}{changes.get('micro_batch_size')}"
        )
        made = trainer.train(rows, settings, tmp_path / name, base=str(base), model_id=name)
        return AutoModelForCausalLM.from_pretrained(made.folder).model.norm.weight.detach(), made.curve[
            "loss"
        ][0]

    token, loss_by_token = moved(ROWS, loss_average="token")
    row, loss_by_row = moved(ROWS, loss_average="row")
    apart, _ = moved(ROWS, loss_average="row", micro_batch_size=1)
    alone, _ = moved(ROWS[:1], loss_average="row")
    same, _ = moved(ROWS[:1], loss_average="token")
    assert loss_by_token == pytest.approx(loss_by_row)  # the curve stays in nats a token
    assert torch.equal(alone, same)
    assert not torch.equal(token, row)
    assert torch.allclose(row, apart, atol=1e-7)


def test_steps_alone_end_a_training():
    assert number_of_steps(one_step(max_steps=7), sequences=1000) == 7
    with pytest.raises(ValueError, match="set epochs or max_steps"):
        one_step(max_steps=None)
    assert one_step(optimizer="adamw") == one_step(optimizer="adamw_torch")


def test_without_a_bound_gradients_stay_as_they_are(trainer: InThisProcess, base: Path, tmp_path: Path):
    """Adafactor is blind to the gradients' size, AdamW's epsilon is not: a tiny bound changes the step."""
    made = {
        bound: trainer.train(
            ROWS,
            one_step(optimizer="adamw_torch", max_grad_norm=bound),
            tmp_path / str(bound),
            base=str(base),
            model_id=str(bound),
        ).files["model.safetensors"]
        for bound in (None, 1e9, 1e-9)
    }
    assert made[None] == made[1e9] != made[1e-9]
