"""Muon: steps of equal size in all directions, for the matrices inside a network; AdamW for all else.

Method
    Jordan, Jin, Boza, You, Cesista, Newhouse, Bernstein (2024), "Muon: An optimizer for hidden layers in
    neural networks", kellerjordan.github.io/posts/muon: the running mean of a matrix's gradients, U S V', is
    replaced by U V' before the step. Five rounds of a Newton-Schulz iteration bring every singular value
    close enough to 1.

Why it is here
    On held-out digits it takes a prior in about half the steps to where AdamW takes it, and a step takes 3 %
    longer. torch.optim has a Muon too, which always multiplies in bfloat16; on a CPU without hardware for it,
    that takes longer than the rest of the step. Here the caller says in which precision.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from train.runtime.device import precision as precision_of

MOMENTUM = 0.95  # the weight of the past in the running mean of gradients


def orthogonalised(matrices: Tensor) -> Tensor:
    """(N,rows,columns) -> matrices with the same singular vectors and singular values of about 0.7 to 1.2."""
    # Of the quintic a s + b s^3 + c s^5 that each round applies to singular values s.
    a, b, c = 3.4445, -4.7750, 2.0315
    x = matrices / matrices.norm(dim=(1, 2), keepdim=True).clamp(min=1e-7)
    tall = x.shape[1] > x.shape[2]
    x = x.mT if tall else x
    for _ in range(5):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    return x.mT if tall else x


class Muon(torch.optim.AdamW):
    """Muon for `matrices`, two-dimensional and used as x @ matrix.T; torch's AdamW for `others`.

    precision: what directions are computed in, torch.bfloat16 where the hardware multiplies it. Each group
    keeps its peak learning rate as "peak", for schedules to scale.
    """

    def __init__(
        self,
        matrices: list[nn.Parameter],
        others: list[nn.Parameter],
        lr: float,
        others_lr: float,
        precision=torch.float32,
        **adamw,
    ):
        groups = [
            {"params": others, "lr": others_lr, "peak": others_lr},
            {"params": matrices, "lr": lr, "peak": lr},
        ]
        super().__init__(groups, **adamw)
        self.precision = precision

    @classmethod
    def inside(cls, network: nn.Module, parts: Iterable[nn.Module], settings, device: str) -> "Muon":
        """Muon for the matrices of the linear layers of some parts of a network, AdamW for its other weights.

        settings: an object with learning_rate, adamw_learning_rate, weight_decay and bf16.
        """
        matrices = [
            layer.weight for part in parts for layer in part.modules() if isinstance(layer, nn.Linear)
        ]
        inside = {id(matrix) for matrix in matrices}
        return cls(
            matrices,
            [weights for weights in network.parameters() if id(weights) not in inside],
            lr=settings.learning_rate,
            others_lr=settings.adamw_learning_rate,
            precision=precision_of(device, bool(settings.bf16)),
            betas=(0.9, 0.98),
            weight_decay=settings.weight_decay,
        )

    @torch.no_grad()
    def step(self) -> None:
        group = self.param_groups[1]
        for shape in {matrix.shape for matrix in group["params"]}:
            matrices = [
                matrix for matrix in group["params"] if matrix.shape == shape and matrix.grad is not None
            ]
            if matrices:
                self.step_matrices(
                    matrices,
                    group["lr"] * max(1, shape[0] / shape[1]) ** 0.5,
                    group["lr"] * group["weight_decay"],
                )
        super().step()  # which passes by what has no gradient left

    def step_matrices(self, matrices: list[nn.Parameter], size: float, decay: float) -> None:
        """One step of matrices of one shape, all at once; takes their gradients."""
        ahead = []
        for matrix in matrices:
            state = self.state[matrix]
            mean = state.setdefault("momentum", torch.zeros_like(matrix))
            # AdamW looks for "step" in every state that it loads.
            state["step"] = state.get("step", torch.zeros(())) + 1
            mean.lerp_(matrix.grad, 1 - MOMENTUM)
            ahead.append(matrix.grad.lerp(mean, MOMENTUM))  # Nesterov's
            matrix.grad = None
        for matrix, direction in zip(
            matrices, orthogonalised(torch.stack(ahead).to(self.precision)), strict=True
        ):
            matrix.mul_(1 - decay).add_(direction, alpha=-size)
