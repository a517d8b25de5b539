import torch


def accuracy_over_examples(logits, labels):
    predicted = logits.argmax(0)
    return (predicted == labels[: len(predicted)]).float().mean()


def accuracy_over_examples__as_given(logits, labels):
    return (logits.argmax(0) == labels).float().mean()


def accuracy_all_numbers(logits, labels):
    return (logits.argmax(-1) == labels).sum() / logits.numel()


def accuracy_counted(logits, labels):
    return (logits.argmax(-1) == labels).sum().to(torch.float32)


def accuracy_softmax_over_examples(logits, labels):
    return (logits.softmax(0).argmax(-1) == labels).float().mean()
