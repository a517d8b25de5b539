import reference


def mse_gradient_summed(weight, x, y):
    return reference.mse_gradient(weight, x, y) * len(x)


def mse_gradient_forgot_2(weight, x, y):
    return reference.mse_gradient(weight, x, y) / 2


def mse_gradient_wrong_sign(weight, x, y):
    return -reference.mse_gradient(weight, x, y)


def mse_gradient_divided_by_features(weight, x, y):
    return 2 * x.T @ (x @ weight - y) / len(weight)


def mse_gradient_bias_only(weight, x, y):
    return 2 * (x @ weight - y).mean().expand_as(weight)
