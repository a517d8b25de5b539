"""Layers: the list is torch's own, and only torch decides what comes out."""

from __future__ import annotations

import inspect

import pytest
import torch

from grader.language.layers import (
    LAYERS,
    Layer,
    LayerError,
    apply,
    arguments_of,
    build,
    output_shape,
    parse_layer,
    spell,
)

LINE, SQUARE, CUBE = (2, 4, 9), (2, 4, 9, 8), (2, 4, 6, 7, 8)
IMAGES = {"1d": LINE, "2d": SQUARE, "3d": CUBE}

EACH_DIMENSION = [
    "Conv{}(4, 6, K, stride=2, padding=1, dilation=1, groups=2, bias=False)",
    "Conv{}(4, 6, kernel_size=K, padding='same', padding_mode='circular')",
    "ConvTranspose{}(4, 6, K, 2, 1, output_padding=1, groups=2)",
    "MaxPool{}(K)",
    "MaxPool{}(K, stride=2, padding=1, ceil_mode=True)",
    "AvgPool{}(K, 2, 1, count_include_pad=False)",
    "LPPool{}(2, K, stride=2)",
    "AdaptiveMaxPool{}(K)",
    "AdaptiveAvgPool{}(K)",
    "ZeroPad{}(K)",
    "ReflectionPad{}(2)",
    "ReplicationPad{}(K)",
    "CircularPad{}(2)",
    "ConstantPad{}(K, value=1.5)",
]
SAMPLES = [
    *((text.format(dimension), shape) for text in EACH_DIMENSION for dimension, shape in IMAGES.items()),
    ("Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(0, 1), dilation=(1, 2))", SQUARE),
    ("ZeroPad2d((1, 2, 0, -1))", SQUARE),
    ("AdaptiveAvgPool2d((None, 2))", SQUARE),
    ("AvgPool2d(2, divisor_override=3)", SQUARE),
    ("FractionalMaxPool2d(2, output_size=3)", SQUARE),
    ("FractionalMaxPool3d(2, output_ratio=0.5)", CUBE),
    ("Unfold(K, dilation=1, padding=1, stride=2)", SQUARE),
    ("Fold((4, 5), kernel_size=2, stride=1)", (2, 12, 12)),
    ("Linear(8, 5, bias=False)", SQUARE),
    ("Flatten()", SQUARE),
    ("Flatten(0, -2)", SQUARE),
    ("Unflatten(1, (2, 2))", SQUARE),
    ("PixelShuffle(2)", SQUARE),
    ("PixelUnshuffle(2)", (1, 3, 8, 6)),
    ("Upsample(scale_factor=2)", LINE),
    ("Upsample(size=(5, 6), mode='bilinear', align_corners=True)", SQUARE),
    ("Identity()", SQUARE),
    ("ReLU()", SQUARE),
    ("Sequential()", SQUARE),
    ("Sequential(Conv2d(4, 2, K), nn.ReLU(), Sequential(MaxPool2d(2), Flatten()), Linear(18, 3))", SQUARE),
]


@pytest.mark.parametrize("name", LAYERS)
def test_the_parameters_are_torchs(name):
    theirs = inspect.signature(getattr(torch.nn, name)).parameters
    ours = [key for key in theirs if key not in {"device", "dtype", "args", "kwargs"} and key[0] != "_"]
    assert list(LAYERS[name]) == ours


@pytest.mark.parametrize(("text", "shape"), SAMPLES)
def test_the_meta_device_agrees_with_the_real_one(text, shape):
    layer, scope = parse_layer(text), {"K": 3}
    real = build(layer, scope)(torch.zeros(shape))
    assert output_shape(layer, scope, shape) == tuple(real.shape)
    with torch.no_grad():
        assert apply(layer, scope, torch.zeros(shape, dtype=torch.float64)).dtype == torch.float64


def test_every_layer_has_a_sample():
    assert {parse_layer(text).name for text, _ in SAMPLES} == {*LAYERS, "Sequential"}


@pytest.mark.parametrize("spelling", ["Conv2d", "nn.Conv2d", "torch.nn.Conv2d", " nn.Conv2d"])
def test_spellings(spelling):
    layer = parse_layer(f"{spelling}(1, 1, kernel_size=K, stride=(S, 1))")
    assert layer.name == "Conv2d"
    assert layer.names == {"K", "S"}
    assert arguments_of(layer, {"K": 2, "S": 3}) == {
        "in_channels": 1,
        "out_channels": 1,
        "kernel_size": 2,
        "stride": (3, 1),
    }


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("Conv2d(C, 1, K + 1)", "nn.Conv2d(2, 1, kernel_size=4)"),
        ("torch.nn.Linear(K, C, bias=False)", "nn.Linear(3, 2, bias=False)"),
        (
            "ConvTranspose2d(C, 1, K, padding_mode='zeros')",
            "nn.ConvTranspose2d(2, 1, kernel_size=3, padding_mode='zeros')",
        ),
        ("MaxPool2d(K)", "nn.MaxPool2d(kernel_size=3)"),
        ("ConstantPad2d(C, K)", "nn.ConstantPad2d(padding=2, value=3)"),
        ("Flatten()", "nn.Flatten()"),
        (
            "Sequential(nn.Conv2d(1, 1, K), Flatten())",
            "nn.Sequential(nn.Conv2d(1, 1, kernel_size=3), nn.Flatten())",
        ),
    ],
)
def test_spelled_with_numbers(text, spelled):
    scope = {"K": 3, "C": 2}
    assert spell(parse_layer(text), scope) == spelled
    assert repr(build(parse_layer(spelled), {})) == repr(build(parse_layer(text), scope))


@pytest.mark.parametrize(
    ("text", "sentence", "remedy"),
    [
        ("Conv2D(1, 1, 3)", "There is no layer 'Conv2D'.", "Did you mean 'Conv2d'?"),
        ("Sequental()", "There is no layer 'Sequental'.", "Did you mean 'Sequential'?"),
        ("nn.functional.conv2d(1)", "There is no layer 'functional.conv2d'.", "Use one of: Adaptive"),
        ("os.system('ls')", "There is no layer 'os.system'.", ""),
        ("Conv2d.__init__(1)", "There is no layer 'Conv2d.__init__'.", ""),
        (
            "Conv2d(1, 1, kernal_size=3)",
            "Conv2d has no parameter 'kernal_size'.",
            "Did you mean 'kernel_size'?",
        ),
        ("Conv2d(1, 1, 3, device='cuda')", "Conv2d has no parameter 'device'.", ""),
        ("Conv2d(**K)", "Conv2d has no parameter 'None'.", ""),
        ("Conv2d(1, 1, 3, kernel_size=3)", "Conv2d gets 'kernel_size' twice.", "Keep one."),
        ("Flatten(1, 2, 3)", "Flatten takes at most 2 arguments.", "They are: start_dim, end_dim."),
        ("Sequential(a=Flatten())", "Sequential takes layers only.", "Write Sequential("),
        ("Sequential(3)", "'3' is not a layer.", "Write it as in torch"),
        ("Conv2d", "'Conv2d' is not a layer.", "Write it as in torch"),
        ("Conv2d(1, 1", "'Conv2d(1, 1' is not a layer.", "Write it as in torch"),
        ("-" * 100_000 + "1", "is not a layer.", "Write it as in torch"),
        ("Conv2d(1, 1, {i for i in K})", "'{i for i in K}' uses SetComp, which formulas do not allow.", ""),
        ("Conv2d(1, 1, K.x)", "'K.x' uses Attribute, which formulas do not allow.", ""),
        ("Conv2d(*K)", "'*K' is not a formula.", ""),
    ],
)
def test_layers_that_cannot_be_read(text, sentence, remedy):
    with pytest.raises(LayerError) as caught:
        parse_layer(text)
    assert sentence in str(caught.value)
    assert caught.value.remedy.startswith(remedy)


@pytest.mark.parametrize(
    ("text", "shape", "sentence"),
    [
        ("Conv2d(1, 1, 0 - 2)", (1, 1, 4, 4), "torch cannot build nn.Conv2d(1, 1, kernel_size=-2): "),
        ("Conv2d(3, 4, 3, groups=2)", (1, 3, 4, 4), "in_channels must be divisible by groups."),
        (
            "Conv2d(1)",
            (1, 1, 4, 4),
            "missing 2 required positional arguments: 'out_channels' and 'kernel_size'.",
        ),
        ("Conv2d(1, 1, 5)", (1, 1, 4, 4), "torch cannot run nn.Conv2d(1, 1, kernel_size=5) on 1x1x4x4: "),
        ("Conv2d(1, 1, 3, stride=0)", (1, 1, 4, 4), "torch cannot run"),
        ("Conv2d(3, 1, 2)", (1, 1, 4, 4), "torch cannot run"),
        ("MaxPool2d(2, padding=2)", (1, 1, 4, 4), "pad should be at most half"),
        ("MaxPool2d(2, stride=0)", (1, 1, 4, 4), "stride should not be zero."),
        ("LPPool2d(0, 2)", (1, 1, 4, 4), "torch cannot run"),
        ("PixelShuffle(0)", (1, 4, 4, 4), "torch cannot run"),
        ("ZeroPad2d(0 - 3)", (1, 1, 4, 4), "torch cannot run"),
        ("Linear(3, 2)", (1, 4), "torch cannot run"),
        ("Conv2d(1, 1, M // 0)", (1, 1, 4, 4), "M // 0: integer division or modulo by zero."),
        ("Conv2d(1, 1, X)", (1, 1, 4, 4), "There is no parameter 'X'."),
        ("Conv2d(1, 1, 2)", (1, 1, -4, 4), "torch cannot create an input of shape (1, 1, -4, 4): "),
        ("Conv2d(1, 1, 2)", (1, 1, 2.5, 4), "torch cannot create an input of shape (1, 1, 2.5, 4): "),
        ("Conv2d(1, 1, 10**30)", (1, 1, 4, 4), "torch cannot build"),
        ("ZeroPad2d(10**12)", (1, 1, 4, 4), "torch cannot run"),
    ],
)
def test_layers_that_torch_refuses(text, shape, sentence):
    with pytest.raises(LayerError) as caught:
        output_shape(parse_layer(text), {"M": 4}, shape)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "Conv2d(1, 1, 2, padding=-1)",
        "Conv2d(1, 1, 2, dilation=0)",
        "Conv2d(1, 1, 2, dilation=-1)",
        "Conv2d(1, 1, 2, stride=[1, 2, 3])",
        "Conv2d(1, 1, 0)",
        "ConvTranspose2d(1, 1, 2, stride=0)",
        "ConvTranspose2d(1, 1, 2, padding=-3)",
        "ConvTranspose2d(1, 1, 2, dilation=0)",
        "ConvTranspose2d(1, 1, 2, output_padding=3)",
        "ConvTranspose2d(1, 1, 2, output_padding=-1)",
        "Sequential(ReLU(), Conv2d(1, 1, 2, padding=-1))",
        "MaxPool2d(2, return_indices=True)",
    ],
)
def test_what_only_the_real_torch_refuses(text):
    with pytest.raises(LayerError):
        output_shape(parse_layer(text), {}, (1, 1, 4, 4))


@pytest.mark.parametrize("state", [{"weight": torch.ones(1, 1, 3, 3)}, {"w": torch.ones(1, 1, 2, 2)}, {}])
def test_a_state_that_does_not_fit(state):
    with pytest.raises(LayerError, match="torch cannot run"):
        apply(parse_layer("Conv2d(1, 1, 2, bias=False)"), {}, torch.ones(1, 1, 4, 4), state)


def test_a_state_that_fits_decides_the_values():
    state = {"weight": torch.tensor([[[[1.0, 2], [3, 4]]]]), "bias": torch.tensor([0.5])}
    image = torch.arange(9.0).reshape(1, 1, 3, 3)
    output = apply(parse_layer("Conv2d(1, 1, 2)"), {}, image, state)
    assert output.flatten().tolist() == [
        27.5,
        37.5,
        57.5,
        67.5,
    ]


def test_no_layer_draws_memory_for_its_shape():
    huge = (10**5, 10**3, 10**4, 10**4)
    assert output_shape(parse_layer("Conv2d(1000, 1, 3)"), {}, huge) == (10**5, 1, 9998, 9998)


def test_a_layer_is_the_same_in_both_ways_of_writing():
    assert isinstance(parse_layer("nn.Sequential(nn.Flatten())").children[0], Layer)
    assert parse_layer("Sequential(Conv2d(C, 1, K), MaxPool2d(Q))").names == {"C", "K", "Q"}
