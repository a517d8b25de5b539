"""What students do while they fix it."""

import reference


def step_wrong_direction(weight, x, y, lr):
    return reference.step(weight, x, y, -lr)


def step_sum_for_mean(weight, x, y, lr):
    return reference.step(weight, x, y, lr * len(x))


def step_forgot_factor(weight, x, y, lr):
    return reference.step(weight, x, y, lr / 2)


def step_forgot_rate(weight, x, y, lr):
    return reference.step(weight, x, y, 1)


def step_gradient_alone(weight, x, y, lr):
    return reference.step(weight, x, y, lr) - weight


def accuracy_over_examples(logits, labels):
    return (logits.argmax(0) == labels).sum() / len(labels)


def accuracy_all_numbers(logits, labels):
    return (logits.argmax(-1) == labels).sum() / logits.numel()


def accuracy_counted(logits, labels):
    return (logits.argmax(-1) == labels).sum().float()


def accuracy_counted__as_it_is(logits, labels):
    return (logits.argmax(-1) == labels).sum()


def accuracy_softmax_over_examples(logits, labels):
    return (logits.softmax(0).argmax(-1) == labels).sum() / len(labels)


def accuracy_wrong_ones(logits, labels):
    return 1 - reference.accuracy(logits, labels)
