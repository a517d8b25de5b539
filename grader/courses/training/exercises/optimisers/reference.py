from torch import Tensor


def sgd(w: Tensor, g: Tensor, v: Tensor, lr: float, momentum: float) -> tuple[Tensor, Tensor]:
    v = momentum * v + g
    return w - lr * v, v


def adam(w, g, m, s, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    s = beta2 * s + (1 - beta2) * g**2
    step = m / (1 - beta1**t) / ((s / (1 - beta2**t)).sqrt() + eps)
    return w - lr * step, m, s
