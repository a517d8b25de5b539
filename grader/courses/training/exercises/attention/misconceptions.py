import reference


def scaled(q, k):
    return q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5


def hidden(scores, mask, value=float("-inf")):
    return scores if mask is None else scores.masked_fill(~mask, value)


def attention_not_scaled(q, k, v, mask=None):
    return reference.attention(q * q.shape[-1] ** 0.5, k, v, mask)


def attention_scaled_by_d(q, k, v, mask=None):
    return reference.attention(q / q.shape[-1] ** 0.5, k, v, mask)


def attention_softmax_over_queries(q, k, v, mask=None):
    return hidden(scaled(q, k), mask).softmax(-2) @ v


def attention_masked_after_softmax(q, k, v, mask=None):
    return hidden(scaled(q, k).softmax(-1), mask, 0) @ v


def attention_zero_score(q, k, v, mask=None):
    return hidden(scaled(q, k), mask, 0).softmax(-1) @ v


def attention_mask_reversed(q, k, v, mask=None):
    return reference.attention(q, k, v, None if mask is None else ~mask)


def attention_mask_ignored(q, k, v, mask=None):
    return reference.attention(q, k, v)
