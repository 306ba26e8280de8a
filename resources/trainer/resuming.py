"""What a state of our own loop holds, and a loop put back to where it was: weights, optimizer, dice and record.

The order of the rows and the learning rate follow from the step alone: nothing of them is kept. A loop that goes on
from a state computes what it would have computed, bit for bit on a CPU.
"""

from dataclasses import asdict
from typing import Any

from resources.trainer.base import TrainingFailed
from resources.trainer.evaluations import Evaluations
from resources.trainer.lora import put_back, trained_weights
from resources.trainer.record import LoopRecord


def state_of(
    model: Any, optimizer: Any, record: LoopRecord, evaluations: Evaluations, seconds: float
) -> dict[str, Any]:
    """The state after the record's last step, `seconds` after the loop began or went on.

    Raises `TrainingFailed` where a weight is not finite any more.
    """
    import torch

    weights = trained_weights(model)
    broken = [name for name, value in weights.items() if not bool(torch.isfinite(value).all())]
    if broken:
        raise TrainingFailed(
            f"after step {record.steps} the weights {broken[0]} are not finite; lower learning_rate, lengthen the "
            "warm-up, or set precision: float32"
        )
    return {
        "record": asdict(record) | {"seconds_before": record.seconds_before + seconds},
        "weights": weights,
        "optimizer": optimizer.state_dict(),
        "best_weights": evaluations.best_weights,
        "random": torch.get_rng_state(),
        "random_cuda": torch.cuda.get_rng_state_all() if model.device.type == "cuda" else [],
    }


def restore(
    state: dict[str, Any], model: Any, optimizer: Any, record: LoopRecord, evaluations: Evaluations
) -> None:
    """Put everything back to where `state_of` found it."""
    import torch

    put_back(model, state["weights"])
    optimizer.load_state_dict(state["optimizer"])
    # torch gives the optimizer's tensors the weights' precision; Adafactor's are float32 beside bfloat16 weights
    parameters = [one for group in optimizer.param_groups for one in group["params"]]
    for number, values in state["optimizer"]["state"].items():
        for name, value in values.items():
            if torch.is_tensor(value) and name != "step":
                optimizer.state[parameters[number]][name] = value.to(parameters[number].device)
    for name, value in state["record"].items():
        setattr(record, name, value)
    record.resumed_from = record.steps
    evaluations.best_weights = state["best_weights"]
    torch.set_rng_state(state["random"])
    if state["random_cuda"] and model.device.type == "cuda":
        torch.cuda.set_rng_state_all(state["random_cuda"])
