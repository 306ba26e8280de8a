"""A killed training goes on from its last state and comes to the same curve and the same weights, bit for bit."""

import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from resources.model_folder import SHIPPED
from resources.trainer.base import TrainingFailed, TrainingSettings, silent
from resources.trainer.local import LocalTrainer
from resources.trainer.loop import mean_loss, run_loop
from resources.trainer.resource import TrainerResource
from resources.trainer.states import RemoteStates, States
from resources.trainer.tokens import encode_examples, pack
from tests.resources.trainer.test_local_trainer import EXAMPLES, SETTINGS, TEXTS, TINY, InThisProcess

torch = pytest.importorskip("torch", reason="training needs the extra `train`")

SEEDLING = str(SHIPPED["seedling"])
WEIGHTS = "model.safetensors"


class Killed(Exception):
    """The process is gone."""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    trainer = InThisProcess(threads=1, device="cpu")
    yield trainer.make_base(TEXTS, TINY, tmp_path_factory.mktemp("base") / "tiny", model_id="base").folder
    torch.use_deterministic_algorithms(False)


def loop(
    base: Path, settings: TrainingSettings, states: States | None = None, killed_at: int | None = None
) -> tuple[Any, dict[str, Any]]:
    """Record and weights of a loop over the examples; `killed_at`: it ends when the state of that step is written."""
    from resources.trainer.local_process import _load

    model, tokenizer = _load(str(base), None, settings, "cpu")
    rows = encode_examples(EXAMPLES, tokenizer, settings).rows
    held = settings.held_out_rows
    trained, measured = (rows[:-held], rows[-held:]) if held else (rows, rows[:4])
    length, packing = settings.sequence_length, settings.packing

    def killed(file: Path) -> None:
        if int(file.stem) == killed_at:
            raise Killed

    record = run_loop(
        model,
        pack(trained, sequence_length=length, packing=packing),
        settings,
        pad_token=tokenizer.pad_token_id,
        phase="test",
        on_progress=silent,
        measured=pack(measured, sequence_length=length, packing=packing),
        states=states,
        on_state=killed,
    )
    return record, model.state_dict()


@pytest.mark.parametrize(
    "changes",
    [
        {"dropout": 0.3},
        {"dropout": 0.3, "precision": "bfloat16"},
        {"dropout": 0.3, "optimizer": "adamw_torch", "weight_decay": 0.1},
        {"dropout": 0.3, "optimizer": "adamw_torch_fused", "packing": True},
        {"precision": "mixed", "micro_batch_size": 2, "gradient_checkpointing": True, "loss_average": "row"},
        {"held_out_rows": 4, "evaluate_every": 2},
    ],
    ids=["adafactor", "bfloat16", "adamw", "fused-packed", "mixed-accumulated", "evaluated"],
)
def test_a_loop_goes_on_bit_for_bit(base: Path, tmp_path: Path, changes: dict[str, Any]) -> None:
    """Killed in the first epoch and again in the second, whose order is another."""
    settings = SETTINGS.model_copy(update={"epochs": 3.0, **changes})
    whole, weights = loop(base, settings)
    states = States(tmp_path / "states", every=2)
    for step in (2, 4):
        with pytest.raises(Killed):
            loop(base, settings, states, killed_at=step)
        assert [step for step, _ in states.files()] == [step]
    resumed, same = loop(base, settings, states)
    assert (whole.resumed_from, resumed.resumed_from) == (None, 4)
    assert resumed.curve == whole.curve and resumed.evaluations == whole.evaluations
    assert resumed.loss_before == whole.loss_before and resumed.tokens == whole.tokens
    assert weights.keys() == same.keys()
    assert all(torch.equal(weights[name], same[name]) for name in weights)


def test_held_out_loss_is_measured_and_ends_a_training_that_stopped_to_learn(
    base: Path, tmp_path: Path
) -> None:
    from resources.trainer.local_process import _load

    plain = SETTINGS.model_copy(update={"held_out_rows": 4, "epochs": None, "max_steps": 12})
    _, unmeasured = loop(base, plain)
    measured, same = loop(base, plain.model_copy(update={"evaluate_every": 3}))
    assert [step for step, _ in measured.evaluations] == [3, 6, 9, 12]
    assert all(torch.equal(unmeasured[name], same[name]) for name in same)
    # at this rate it gets worse soon
    wild = {"learning_rate": 0.3, "evaluate_every": 1, "early_stop_patience": 3, "max_steps": 40}
    settings = plain.model_copy(update=wild)
    stopped, best = loop(base, settings)
    losses = [loss for _, loss in stopped.evaluations]
    lowest = losses.index(min(losses))
    assert stopped.steps == len(losses) == lowest + 1 + 3 < 40
    model, tokenizer = _load(str(base), None, settings, "cpu")
    model.load_state_dict(best)
    rows = [[row] for row in encode_examples(EXAMPLES, tokenizer, settings).rows[-4:]]
    assert mean_loss(model, rows, settings, pad_token=tokenizer.pad_token_id) == min(losses)
    states = States(tmp_path / "states", every=1)
    with pytest.raises(Killed):
        loop(base, settings, states, killed_at=lowest + 2)
    resumed, same = loop(base, settings, states)
    assert resumed.evaluations == stopped.evaluations
    assert all(torch.equal(best[name], same[name]) for name in best)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"evaluate_every": 5}, "evaluate_every measures held-out rows: set held_out_rows"),
        ({"early_stop_patience": 2}, "early_stop_patience counts measurements: set evaluate_every"),
    ],
)
def test_measurements_need_what_they_measure(given: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TrainingSettings.model_validate(SETTINGS.model_dump() | given)


def test_a_loss_that_is_none_keeps_the_last_good_state(base: Path, tmp_path: Path) -> None:
    settings = SETTINGS.model_copy(
        update={"learning_rate": 1e30, "warmup_ratio": None, "warmup_steps": 20, "schedule": "constant"}
    )
    states = States(tmp_path / "states", every=2)
    good = SETTINGS.model_copy(update={"warmup_ratio": None})
    with pytest.raises(Killed):
        loop(base, good, states, killed_at=2)
    [(_, kept)] = states.files()
    content = kept.read_bytes()
    with pytest.raises(TrainingFailed, match=r"lower learning_rate") as failed:
        loop(base, settings, States(states.folder, every=1))
    assert f"the last good state, after step 2, is kept: {kept}" in str(failed.value)
    assert [path for _, path in states.files()] == [kept] and kept.read_bytes() == content
    assert loop(base, good, states)[0].resumed_from == 2


def test_a_damaged_state_is_passed_over(base: Path, tmp_path: Path) -> None:
    settings = SETTINGS.model_copy(update={"epochs": 1.0})
    states = States(tmp_path / "states", every=1)
    with pytest.raises(Killed):
        loop(base, settings, states, killed_at=1)
    [(_, file)] = states.files()
    whole = file.read_bytes()
    (states.folder / "00000002.state").write_bytes(whole[: len(whole) // 2])
    assert loop(base, settings, states)[0].resumed_from == 1
    for path in states.folder.iterdir():
        path.write_bytes(b"nothing")
    assert loop(base, settings, States(states.folder, 0))[0].resumed_from is None


@pytest.mark.slow(seconds=12)
def test_a_training_of_seedling_that_was_killed_comes_to_the_same_model(tmp_path: Path) -> None:
    """Killed as the kernel kills, trainer and child: the next call goes on, and nothing but the model is left."""
    settings = SETTINGS.model_copy(update={"epochs": 4.0, "sequence_length": 64, "dropout": 0.1})
    whole = InThisProcess(threads=1, device="cpu").train(
        EXAMPLES, settings, tmp_path / "whole", base=SEEDLING, model_id="a"
    )
    EXAMPLES.write_parquet(tmp_path / "examples.parquet")
    program = (
        "import sys, polars as pl\nfrom pathlib import Path\n"
        "from resources.trainer.base import TrainingSettings\nfrom resources.trainer.local import LocalTrainer\n"
        "folder = Path(sys.argv[1])\n"
        "class Told(LocalTrainer):\n"
        "    def _copy(self, model_id, state):\n"
        "        print(state.name, flush=True)\n"
        "        sys.stdin.read()\n"
        "Told(threads=1, device='cpu', state_every=5).train(pl.read_parquet(folder / 'examples.parquet'),"
        " TrainingSettings.model_validate_json(sys.argv[2]), folder / 'a', base=sys.argv[3], model_id='a')"
    )
    killed = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path), settings.model_dump_json(), SEEDLING],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert killed.stdout is not None and killed.stdout.readline() == "00000005.state\n"
    killed.kill()
    killed.wait()
    assert not (tmp_path / "a").exists()
    trainer = InThisProcess(threads=1, device="cpu", state_every=5)
    resumed = trainer.train(EXAMPLES, settings, tmp_path / "a", base=SEEDLING, model_id="a")
    assert whole.resumed_from is None and resumed.resumed_from in (5, 10)
    assert resumed.curve.equals(whole.curve) and resumed.files == whole.files
    assert (resumed.loss_before, resumed.loss_after) == (whole.loss_before, whole.loss_after)
    assert (resumed.folder / WEIGHTS).read_bytes() == (whole.folder / WEIGHTS).read_bytes()
    assert not list(tmp_path.glob(".*.states")) and not list(tmp_path.glob(".*.partial"))


@pytest.mark.slow(seconds=4)
def test_another_machine_goes_on_from_the_state_on_s3(base: Path, tmp_path: Path, s3_server: Any) -> None:
    """Two work places over one bucket: the second has no file of the first's, and goes on."""
    prefix = s3_server.create_bucket("states-" + uuid.uuid4().hex) + "/models"
    places = {"models": prefix, "endpoint_url": s3_server.endpoint_url, "region": s3_server.region}
    settings = SETTINGS.model_copy(update={"epochs": 2.0})
    whole = InThisProcess(threads=1).train(EXAMPLES, settings, tmp_path / "w", base=str(base), model_id="one")
    first, second = (
        TrainerResource(here=str(tmp_path / name), state_every=2, **places) for name in ("first", "second")
    )
    opened = first.open()
    assert isinstance(opened, LocalTrainer) and isinstance(opened.remote, RemoteStates)
    states = States(tmp_path / "first" / ".one.states", every=2)
    for step in (2, 4):
        with pytest.raises(Killed):
            loop(base, settings, states, killed_at=step)
        opened.remote.keep("one", states.files()[0][1])
    names = [path.rsplit("/", 1)[-1] for path in opened.remote.storage.list_files(f"{prefix}/.states/one")]
    assert names == ["00000004.state"]
    there = InThisProcess(threads=1, state_every=2, remote=opened.remote)
    made = there.train(EXAMPLES, settings, second.folder("one"), base=str(base), model_id="one")
    assert made.resumed_from == 4
    assert made.curve.equals(whole.curve) and made.files == whole.files
    assert second.publish("one") == f"{prefix}/one"
    assert opened.remote.storage.list_files(f"{prefix}/.states/one") == []


def test_a_server_that_takes_no_state_stops_no_training(
    tmp_path: Path, caplog: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from resources.storage import S3Options

    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    file = tmp_path / "00000001.state"
    file.write_bytes(b"state")
    remote = RemoteStates("s3://nowhere/models", S3Options(endpoint_url="http://127.0.0.1:9"))
    remote.keep("one", file)
    assert "00000001.state was not copied to s3://nowhere/models" in caplog.text
