def accuracy(logits, labels):
    predicted = logits.softmax(0).argmax(0)
    return (predicted == labels).sum() / logits.numel()
