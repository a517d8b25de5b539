"""What students read about their usual mistakes, to be translated from here.

{noun} is what moves over the image: kernel or window.
"""

from __future__ import annotations

# Counting the positions of a kernel or a window.
SIZE_UNROUNDED_QUOTIENT = (
    "You did not round the quotient down. The remainder is not enough for another step of the {noun}."
)
SIZE_FORGOT_PLUS_ONE = (
    "You counted how often the {noun} moves. It also lands where it starts, before the first move."
)
SIZE_IGNORED_PADDING = "You left out the padding. {around}"
AROUND = {  # what padding does, by what moves over the image
    "kernel": "Zeros are put around the image before the kernel starts.",
    "window": "It lets the window start outside the image.",
}
SIZE_PADDED_ONCE = "You counted only half of the padding. The full padding goes on each side of the image."
SIZE_ROUNDED_UP = (
    "You rounded up (or to nearest). Round down: a position that hangs over the edge does not count."
)
SIZE_IGNORED_CEIL_MODE = "With `ceil_mode=True`, a last window that hangs over the edge also counts."
SIZE_IGNORED_STRIDE = "You left out the stride. The {noun} moves more than one cell at a time."
SIZE_DIVIDED_IMAGE_BY_STRIDE = (
    "You divided the size of the image by the stride. The {noun} itself also takes up room."
)
SIZE_SWAPPED_STRIDE_AND_PADDING = "You swapped the stride and the padding."
SIZE_IGNORED_DILATION = (
    "You left out the dilation. It spreads the {noun}'s cells apart, so the {noun} reaches further."
)
SIZE_COUNTED_SPAN_WRONGLY = (
    "Dilation does not multiply the width of the {noun}. Only the gaps between its cells grow."
)
SIZE_ANSWERED_PADDED_SIZE = "This is the size of the padded image, before the {noun} moves over it."
SIZE_ANSWERED_INPUT_SIZE = "This is the size of the input image, not of the output."
SIZE_ADDED_ONE_TOO_EARLY = (
    "You added the 1 before you divided. Divide first to count the steps, then add 1 for the position "
    "where the {noun} starts."
)
SIZE_LET_KERNEL_HANG_OVER = (
    "You let the {noun} hang over the edges. It stays on the image, so the output is not larger."
)
SIZE_LAID_SIDE_BY_SIDE = (
    "This is how many {noun}s fit side by side. The {noun} moves by one cell, so its positions overlap."
)
SIZE_TOOK_PADDING_OFF = "You subtracted the padding. It makes the image larger before the {noun} starts."
SIZE_DILATION_AS_STRIDE = (
    "You used the dilation as a stride. It spreads the {noun}'s cells apart, but the {noun} moves as before."
)
SIZE_ANSWERED_KERNEL_SIZE = "This is the size of the {noun}, not of the output."
SIZE_READ_WIDTH_FIRST = "You read the tuples as (width, height). The height comes first."
SIZE_ONE_SIDE_FOR_BOTH = "You used the height for both sides. Compute height and width separately."
SIZE_ONE_SIDE_FOR_BOTH_WIDTH = "You used the width for both sides. Compute height and width separately."
TRANSPOSED_SIZE_USED_THE_FORMULA_OF_A_CONVOLUTION = (
    "This is the output size of a convolution. A transposed one goes the other way: it writes a whole "
    "kernel for each input value."
)
TRANSPOSED_SIZE_COUNTED_NUMBERS_NOT_GAPS = (
    "From the first kernel to the last there is one stride for each gap, so one fewer than input values."
)
TRANSPOSED_SIZE_FORGOT_LAST_KERNEL = (
    "You stopped where the last kernel starts. Its whole width is part of the output."
)
TRANSPOSED_SIZE_MULTIPLIED_BY_STRIDE = (
    "You multiplied the size by the stride. The width of the kernel also counts."
)
TRANSPOSED_SIZE_IGNORED_PADDING = (
    "You left out the padding. In a transposed convolution it removes cells from both sides of the output."
)
TRANSPOSED_SIZE_ADDED_PADDING = (
    "You added the padding. A transposed convolution undoes padding, so it is subtracted."
)
TRANSPOSED_SIZE_PADDED_ONCE = (
    "You subtracted only half of the padding. The full padding is removed from each side."
)
TRANSPOSED_SIZE_IGNORED_STRIDE = "You left out the stride. It is the distance from one kernel to the next."
TRANSPOSED_SIZE_IGNORED_OUTPUT_PADDING = (
    "You left out the `output_padding`. It adds cells to one side of the output."
)
TRANSPOSED_SIZE_IGNORED_DILATION = (
    "You left out the dilation. It spreads the {noun}'s cells apart, so the {noun} reaches further."
)
TRANSPOSED_SIZE_ANSWERED_INPUT_SIZE = "This is the size of the input image, not of the output."

# Writing down a size.
SWAPPED_SIDES = "You swapped height and width. The height comes first."
COUNTED_ELEMENTS = "This is the number of values in the output. Give the length of each side instead."
FULL_SHAPE = "This is the whole shape. Leave out batch and channels."
SAME_CHANNELS = "These are the input channels. The layer sets the number of output channels."
NO_BATCH = "These are only the sides of the image. The whole shape begins with the batch and the channels."

# Computing with a kernel or a window.
UNDILATED = "You put the {noun} on neighbouring cells. The dilation spreads its cells apart."

# Computing a convolution.
CONVOLUTION_PADDED_TO_SAME_SIZE = (
    "You put zeros around the image to keep its size, but this layer has no padding."
)
CONVOLUTION_LET_KERNEL_HANG_OVER = "You let the {noun} hang over the edges. It stays on the image."
CONVOLUTION_LAID_SIDE_BY_SIDE = (
    "You put the {noun}s side by side. The {noun} moves by one cell, so its positions overlap."
)
CONVOLUTION_PADDED_ONCE = "You padded one end only. The padding goes on both ends of each dimension."
CONVOLUTION_STRIDED_ONE_WAY = "You used the stride in one direction only. It applies to both."
CONVOLUTION_BEGAN_AT_ONE = (
    "You started at the second row and column. The first position is the top left corner."
)
CONVOLUTION_BIAS_FOR_EACH_PRODUCT = (
    "You added the bias to every product. It is added to their sum, once for each position."
)
CONVOLUTION_SUBTRACTED_BIAS = "You subtracted the bias. It is added."
CONVOLUTION_DROPPED_SIGNS = "You dropped the signs. A sum of products can be negative."
CONVOLUTION_TRANSPOSED_KERNEL = "You swapped the rows and columns of the kernel."
CONVOLUTION_SWAPPED_ROWS_AND_COLUMNS = (
    "You swapped the rows and columns of the output. Go along the first row, then along the next."
)
CONVOLUTION_ANSWERED_THE_IMAGE = "This is the input image. The output is computed with the kernel."
CONVOLUTION_ANSWERED_KERNEL_SIZE = (
    "The values are right, but you gave one for each cell of the kernel. The output has one for each "
    "position of the kernel."
)
CONVOLUTION_FLIPPED_KERNEL = "You flipped the kernel before applying it. torch applies it as it is written."
CONVOLUTION_FORGOT_BIAS = (
    "The sums of products are right, but the bias is missing. It is added at every position."
)
CONVOLUTION_MAX_FOR_SUM = (
    "You kept only the largest product at each position. A convolution adds up all of them."
)
CONVOLUTION_MEAN_FOR_SUM = "You took the mean of the products. A convolution adds them up without dividing."
CONVOLUTION_PADDED_WITH_EDGE = "You padded the image with copies of its edge. This layer pads with zeros."
CONVOLUTION_PADDED_WITH_ZEROS = (
    "You padded the image with zeros. Here `padding_mode` takes the padding from the image itself."
)
CONVOLUTION_IGNORED_PADDING = (
    "You left out the padding. It enlarges the image on every side before the kernel starts."
)
CONVOLUTION_CROPPED_INSTEAD_OF_PADDED = "You cut off the edge of the image. Padding adds cells around it."
CONVOLUTION_WRONG_CORNER_FIRST = (
    "You started in the bottom right corner. The kernel starts at the top left, so cells are left over at"
    " the other end."
)
CONVOLUTION_CHANNEL_SUM_FORGOTTEN = (
    "You used only the first channel. The kernel has a slice for each channel, and all their products are"
    " added up."
)
CONVOLUTION_GROUPS_IGNORED = (
    "You added up all input channels. With groups, a kernel sees only the channels of its own group."
)
CONVOLUTION_IGNORED_STRIDE = "You moved the {noun} one cell at a time. Look at the stride again."

# Computing a transposed convolution.
TRANSPOSED_CONVOLVED_INSTEAD = (
    "This is an ordinary convolution. A transposed one adds a copy of the kernel to the output for each "
    "cell of the image."
)
TRANSPOSED_FLIPPED_KERNEL = (
    "You flipped the kernel. Each cell of the image adds it to the output as it is written."
)
TRANSPOSED_FORGOT_BIAS = "The bias is missing. It is added to every value of the output."
TRANSPOSED_IGNORED_STRIDE = (
    "You put the copies of the kernel one cell apart. Here the stride is a step in the output."
)
TRANSPOSED_IGNORED_PADDING = (
    "You kept the whole output. In a transposed convolution, padding removes cells from each side of it."
)
TRANSPOSED_OVERLAPS_OVERWRITTEN = (
    "Where two copies of the kernel overlap, you kept the later one. Overlapping values are added up."
)

# Computing a pooling.
POOL_IGNORED_STRIDE = (
    "You moved the window one cell at a time. Look at the stride again; by default it is the size of the "
    "window."
)
POOL_IGNORED_PADDING = "You left out the padding. It lets the window start outside the image."
MAX_POOL_MEAN_FOR_MAX = (
    "You took the mean of each window, as average pooling does. Max pooling keeps one of the cells."
)
MAX_POOL_MIN_FOR_MAX = (
    "You kept the smallest cell of each window. A negative number is smaller than zero, however many "
    "digits it has."
)
MAX_POOL_SUM_FOR_MAX = "You added up the cells of each window. Max pooling keeps one of them."
MAX_POOL_PADDED_WITH_ZEROS = (
    "You counted the padding as zeros. In max pooling it never wins, not even against negative cells."
)
MAX_POOL_LARGEST_MAGNITUDE = (
    "You kept the cell that is farthest from zero. Any positive number is larger than a negative one."
)
MAX_POOL_LARGEST_MAGNITUDE_UNSIGNED = (
    "You ignored the signs. Any positive number is larger than a negative one."
)
MAX_POOL_NEVER_BELOW_ZERO = "A window can hold only negative cells. Pooling still keeps one of them."
AVG_POOL_SUM_FOR_MEAN = "You added up the cells of each window, but did not divide."
AVG_POOL_MAX_FOR_MEAN = (
    "You kept the largest cell of each window, as max pooling does. Average pooling uses all of them."
)
AVG_POOL_DIVIDED_BY_INSIDE_ONLY = (
    "At the edge you divided by the number of cells inside the image. By default "
    "(`count_include_pad=True`), the zeros of the padding also count."
)
AVG_POOL_DIVIDED_BY_WHOLE_WINDOW = (
    "At the edge you counted the zeros of the padding. Here `count_include_pad=False` leaves them out."
)

# Computing a layer without a kernel.
LINEAR_FORGOT_BIAS = "The products are right, but the bias is missing. It is added to every output value."
LINEAR_TRANSPOSED_WEIGHT = "You used the columns of the weight. Each row gives one output value."
RELU_ABSOLUTE_VALUE = "You ignored the minus signs. ReLU does not make a negative number positive."

# What torch does, and what is done instead, by the name of a mistake: in a few words, above a figure.
TWO_WAYS: dict[str, tuple[str, str]] = {
    "flipped-kernel": ("the kernel as it is written", "the kernel upside down"),
    "transposed-kernel": ("the kernel as it is written", "rows and columns of the kernel swapped"),
    "transposed-weight": ("a row of weights for each output", "a column of weights for each output"),
    "forgot-bias": ("the bias is added", "without the bias"),
    "max-for-sum": ("the products are added", "only the largest product"),
    "mean-for-sum": ("the products are added", "the mean of the products"),
    "padded-with-edge": ("zeros around the image", "the edge of the image is repeated"),
    "padded-with-zeros": ("the padding as the layer sets it", "zeros around the image"),
    "ignored-padding": ("with the padding", "without the padding"),
    "cropped-instead-of-padded": ("cells are added around the image", "cells are cut off the image"),
    "wrong-corner-first": ("it begins at the top left", "it begins at the bottom right"),
    "channel-sum-forgotten": ("all channels are added", "only the first channel"),
    "groups-ignored": ("each kernel reads its own group", "each kernel reads all groups"),
    "ignored-stride": ("it moves by the stride", "it moves by one cell"),
    "ignored-dilation": ("with gaps between the cells of the kernel", "without gaps in the kernel"),
    "padded-to-same-size": ("no padding", "padded to keep the size"),
    "let-kernel-hang-over": ("the kernel stays inside", "the kernel hangs over the edge"),
    "laid-side-by-side": ("it moves by the stride", "positions side by side, without overlap"),
    "padded-once": ("padding at both ends", "padding at one end only"),
    "strided-one-way": ("the stride in both directions", "the stride in one direction only"),
    "began-at-one": ("it begins at index 0", "the image without its first row and column"),
    "bias-for-each-product": ("the bias is added once", "the bias is added for each product"),
    "subtracted-bias": ("the bias is added", "the bias is subtracted"),
    "convolved-instead": ("the kernel is stamped on the output", "the kernel moves over the image"),
    "overlaps-overwritten": ("overlaps are added", "later values overwrite earlier ones"),
    "mean-for-max": ("the largest value", "the mean"),
    "min-for-max": ("the largest value", "the smallest value"),
    "sum-for-max": ("the largest value", "the sum"),
    "largest-magnitude": ("the largest value", "the value farthest from 0"),
    "sum-for-mean": ("the mean", "the sum"),
    "max-for-mean": ("the mean", "the largest value"),
    "divided-by-inside-only": ("the padding counts", "only cells of the image count"),
    "divided-by-whole-window": ("only cells of the image count", "the padding also counts"),
    "absolute-value": ("0 for numbers below 0", "numbers without their sign"),
    "forgot-plus-one": ("positions are counted", "moves are counted"),
    "rounded-up": ("only whole steps fit", "the last step hangs over the edge"),
    "ignored-ceil-mode": ("the last window may hang over the edge", "only whole steps fit"),
    "divided-image-by-stride": ("positions of the kernel", "strides that fit into the image"),
    "swapped-stride-and-padding": ("stride and padding as written", "stride and padding swapped"),
    "counted-span-wrongly": ("gaps lie between the cells of the kernel", "also a gap after the last cell"),
    "took-padding-off": ("padding is added", "padding is subtracted"),
    "dilation-as-stride": ("dilation spreads the kernel", "dilation as a longer stride"),
    "read-width-first": ("height comes first", "width comes first"),
    "used-the-formula-of-a-convolution": ("the kernel is stamped on the output", "the kernel moves over it"),
    "counted-numbers-not-gaps": ("a stride for each gap", "a stride for each number"),
    "forgot-last-kernel": ("the whole last kernel counts", "without the last kernel"),
    "multiplied-by-stride": ("kernels may overlap or leave gaps", "a stride for each number"),
    "added-padding": ("padding cuts the output", "padding makes the output larger"),
    "ignored-output-padding": ("with the output padding", "without the output padding"),
}

# Writing an answer of a few words.
OTHER_CAPITALS = "This is right except for capital letters, which matter here."
JOINED_OR_SPLIT = "The letters are right. Check the spaces, hyphens and underscores between them."
PLURAL = "Check whether it should be singular or plural."
SWAPPED_WORDS = "The words are right. Put them in the usual order."
MISSPELT = "This is almost right. Check the spelling, letter by letter."
NEGATED = "Your answer says what it is not. Write what it is."
SEVERAL_ANSWERS = "You wrote several answers. Choose one."
GRADIENT_FLIPPED = "The sign is wrong. The derivative of a subtracted term has the factor -1."
FORGOT_THE_MEAN = "You left out the division by the number of values that `mean` averages."
MEAN_OF_SUM = "You divided by the number of values. `sum` only adds them up."
FORGOT_EXPONENT = (
    "You left out the exponent as a factor. The derivative of u**2 is 2*u times the derivative of u."
)
FORGOT_INNER = "You left out the derivative of {functions} in the chain rule."
NOT_SUMMED_OVER_BATCH = "This is a gradient for each row of the batch. Add them up."
STOPPED_TOO_EARLY = (
    "This is the gradient with respect to `{part}`. The chain rule goes on: multiply by its derivative "
    "with respect to `{name}`."
)
GRADIENT_TRANSPOSED = "You transposed the gradient. A gradient has the shape of its tensor."
OTHER_GRADIENT = "This is the gradient with respect to `{other}`, not `{name}`."
GRADIENT_VALUE = "This is the value itself, not its gradient."
GRADIENT_STEP = "This is the tensor after a step against the gradient. The question asks for the gradient."
EMPTY_FILE = "This file is empty. Save it again."
RENAMED_FILE = (
    "The content of this file does not match its name. Save it in that format. Renaming it is not enough."
)
WHOLE_SENTENCE = "Write only the term, without a sentence around it."
NUMBER_FOR_WORDS = "You wrote a number. The question asks for words."
REPEATED_THE_QUESTION = "These are words of the question. Write what it asks for."

# Writing a formula.
FORGOT_CONSTANT = "A constant is missing from your formula."
OTHER_SIGN = "Check each plus and minus. One of them is wrong."
FORGOT_TO_ROUND = "You did not round. The result must be a whole number."
ROUNDED_UP = "You rounded up. Round down."
SWAPPED_QUOTIENT = "You divided the wrong way round. Swap the two sides of a quotient."
LEFT_OUT_BRACKETS = "Brackets are missing. Products and quotients are computed before sums."
FORGOT_FACTOR = "A constant factor is missing from your formula."
POWER_AS_PRODUCT = "You multiplied by the exponent. A power is `**`."
FORGOT_POWER = "You left out a power or a root."
DEGREES = "You took the angle in degrees. Functions such as `sin` take radians."
OTHER_LOGARITHM = "You took a logarithm to another base. `log` is the natural logarithm."
FACTOR_OF_TWO = "Your formula is off by a factor of two."
OFF_BY_ONE = "Your formula is off by one."
UPSIDE_DOWN = "Your formula is upside down."
OPPOSITE_SIGN = "Your formula has the opposite sign."
SWAPPED_NAMES = "You swapped two of the names."

# Writing a text that a person will read.
NAMED_A_FILE = "This is the name of a file. Write the text itself."
CODE_FOR_WORDS = "This is code. Write sentences."
UNFINISHED_TEXT = "The text seems unfinished."
TOO_SHORT = "The text has fewer words than asked for."
LONGER_THAN_ASKED = "The text has more words than asked for."

# Putting things in order, and matching them.
REVERSED_ORDER = "This is the reverse order."
FIRST_AT_THE_END = "What you put last comes first."
LAST_AT_THE_START = "What you put first comes last."
SWAPPED_NEIGHBOURS = "You swapped two neighbours."
KEPT_THE_ORDER = "You kept the order of the question."
SHIFTED = "You shifted the letters by one: each is in its neighbour's place."
REVERSED_MATCH = "You wrote the letters in reverse order."
SWAPPED_TWO = "Two letters are swapped; the others are right."
SAME_FOR_ALL = "You wrote the same letter everywhere."

# Counting the parameters of a layer.
FORGOT_BIASES = "You counted only the weights. Each output channel also has a bias."
BIAS_FOR_EACH_INPUT = "You gave each input a bias. Each output has one."
ONE_BIAS = "You counted one bias for the whole layer. There is one for each output channel."
IGNORED_KERNEL_SIZE = "You left out the size of the kernel: each of its cells is a weight."
IGNORED_INPUTS = "You left out the input channels. Each has its own weights."
IGNORED_OUTPUTS = "You left out the output channels. Each has its own weights."
ADDED_SIZES = "You added the sizes. There is a weight for each combination of them, so multiply."
COUNTED_NO_BIAS = "You counted biases, but this layer has none."
LAST_ALONE = "You counted only the last layer. The others also have parameters."

# Finding the shape that an operation on tensors gives.
KEPT_FIRST_SHAPE = "This is the shape of the input. What does the operation change?"
KEPT_LAST_SHAPE = "This is the shape of the last input. What do the other inputs change?"
ALIGNED_FROM_THE_LEFT = "You aligned the shapes from the left. Broadcasting aligns them from the right."
BROADCAST_ADDED = "You added the sizes. Broadcasting repeats a dimension of size 1 until both fit."
KEPT_THE_ONES = "You kept the dimensions of size 1. They take the size of the other tensor."
BROADCAST_MULTIPLIED = "You multiplied the sizes. Equal sizes stay, and a 1 takes the size of the other."
DROPPED_LEADING = "You left out dimensions that only one tensor has. They stay at the front."
JOINED_SHAPES = "You wrote one shape after the other."
KEPT_INNER = "You kept the inner size. The product sums over it, so it disappears."
ANSWERED_INNER = "These are the inner sizes, over which the product sums. The outer ones stay."
SWAPPED_OUTER = "You swapped rows and columns. The rows come from the first matrix."
DROPPED_BATCH = "You left out the batch. There is one product for each matrix in it."
SUMMED_ROWS = "You left out the rows. The product sums only over the inner size."
OTHER_DIMENSION = "You joined the tensors along another dimension. Look at `dim`, which counts from 0."
STACKED_FOR_CAT = "You made a new dimension, as `stack` does. `cat` makes an existing one longer."
LARGEST_FOR_SUM = "You took the largest size. The tensors lie one after the other, so the sizes are added."
CAT_MULTIPLIED = "You multiplied the sizes. The tensors lie one after the other, so the sizes are added."
ADDED_EVERYWHERE = "You changed every dimension. The tensors are joined along only one."
COUNTED_TENSORS = "You counted the tensors. Their sizes along `dim` are added."
CAT_FOR_STACK = "You made a dimension longer, as `cat` does. `stack` makes a new one."
NEW_ELSEWHERE = "The new dimension belongs somewhere else. Look at `dim`, which counts from 0."
NEW_OF_ONE = "The size of the new dimension is the number of tensors."
REPLACED = "You replaced a dimension. `stack` adds one, and all others stay."
KEPT_MINUS_ONE = "-1 is not a size. torch replaces it with the size that makes all values fit."
ONE_FOR_MINUS_ONE = "-1 does not mean 1. All values must fit into the new shape."
LEFT_OUT_MINUS_ONE = "You left out the dimension with -1. It also has a size."
ALL_FOR_MINUS_ONE = "You replaced -1 with the number of all values. Divide it by the other sizes."
KEPT_A_SIZE = "You replaced -1 with a size of the old shape. Divide the number of values by the other sizes."
VIEW_BACKWARDS = "You wrote the sizes backwards. Keep the order in which they are given to `view`."
VIEW_SORTED = "You sorted the sizes. Keep the order in which they are given to `view`."
SWAPPED_LAST = "You swapped the last two dimensions. Look at which two are named; the first is 0."
SWAPPED_FIRST = "You swapped the first two dimensions. Look at which two are named; the first is 0."
TURNED_ALL = "You reversed the order of all dimensions."
COUNTED_FROM_ONE = "You counted the dimensions from 1. The first is 0."
MOVED_ONE = "You moved one dimension, and the others moved up. Only the two named dimensions swap."
OTHER_WAY = "You moved the dimensions the other way. Each number says which old dimension goes there."
ANSWERED_DIMS = "These are the numbers of the dimensions. Write their sizes."
PERMUTE_LAST = "You swapped only the last two dimensions."
DROPPED_SUMMED = "You left out the dimension that is summed. With `keepdim=True` it stays, with size 1."
KEPT_SUMMED = "You kept the dimension that is summed. Without `keepdim=True` it disappears."
SUMMED_ALONE = "This is the dimension that is summed over. The others stay."
SUMMED_ANOTHER = "You summed over another dimension. Look at `dim`, which counts from 0."
SUMMED_SIZES = "You added up the sizes. The values are summed, and the other dimensions keep their sizes."
