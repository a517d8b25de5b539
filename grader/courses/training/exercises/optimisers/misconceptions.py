import reference


def sgd_running_mean(w, g, v, lr, momentum):
    v = momentum * v + (1 - momentum) * g
    return w - lr * v, v


def sgd_old_velocity(w, g, v, lr, momentum):
    return w - lr * v, momentum * v + g


def sgd_lr_in_velocity(w, g, v, lr, momentum):
    v = momentum * v + lr * g
    return w - v, v


def sgd_nesterov(w, g, v, lr, momentum):
    v = momentum * v + g
    return w - lr * (g + momentum * v), v


def adam_not_corrected(w, g, m, s, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    s = beta2 * s + (1 - beta2) * g**2
    return w - lr * m / (s.sqrt() + eps), m, s


def adam_eps_inside(w, g, m, s, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    s = beta2 * s + (1 - beta2) * g**2
    return w - lr * m / (1 - beta1**t) / (s / (1 - beta2**t) + eps).sqrt(), m, s


def adam_no_root(w, g, m, s, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    s = beta2 * s + (1 - beta2) * g**2
    return w - lr * m / (1 - beta1**t) / (s / (1 - beta2**t) + eps), m, s


def adam_corrected_kept(w, g, m, s, t, lr, beta1, beta2, eps):
    w, m, s = reference.adam(w, g, m, s, t, lr, beta1, beta2, eps)
    return w, m / (1 - beta1**t), s / (1 - beta2**t)


def adam_swapped_betas(w, g, m, s, t, lr, beta1, beta2, eps):
    return reference.adam(w, g, m, s, t, lr, beta2, beta1, eps)
