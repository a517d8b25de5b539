"""Families of operations that a question can forbid or require, by what they mean.

A family is seen where it is used: as an operator of torch, whoever calls it, or as a function of a library
that is called by name. Operators are those that run in the end: `F.conv2d`, `nn.Conv2d` and a backward pass
all come to `convolution`. A function of torch is listed only where no operator shows it, or where operators
use each other inside (`repeat` unfolds, `select` strides).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Family:
    """A family: its name, its operators, its functions by module or class, and more names for it."""

    noun: str  # "no library convolution"
    operators: str
    functions: Mapping[str, str]
    words: str = field(default="", compare=False)

    @property
    def with_article(self) -> str:
        """The family's name in a sentence: 'a library convolution', '`unfold`'."""
        return self.noun if self.noun.startswith("`") else f"a {self.noun}"

    @property
    def names(self) -> frozenset[str]:
        """The names by which source code refers to it."""
        listed = " ".join((self.operators, *self.functions.values(), self.words))
        return frozenset(listed.split())


OPTIMIZERS = (
    "Adadelta Adafactor Adagrad Adam AdamW Adamax ASGD LBFGS Muon NAdam RAdam RMSprop Rprop SGD SparseAdam"
)
FAMILIES: dict[str, Family] = {
    "convolution": Family(
        noun="library convolution",
        operators="convolution _convolution convolution_overrideable mkldnn_convolution conv_tbc "
        "_slow_conv2d_forward slow_conv3d_forward slow_conv_transpose2d slow_conv_transpose3d "
        "slow_conv_dilated2d slow_conv_dilated3d _conv_depthwise2d conv_depthwise3d "
        "_nnpack_spatial_convolution convolution_backward",
        functions={
            "numpy": "convolve correlate polymul",
            "numpy.ma": "convolve correlate",
            "numpy.polynomial.polynomial": "polymul",
            "scipy.signal": "convolve convolve2d correlate correlate2d fftconvolve oaconvolve lfilter "
            "filtfilt sosfilt sosfiltfilt upfirdn decimate resample_poly savgol_filter sepfir2d",
            "scipy.ndimage": "convolve convolve1d correlate correlate1d uniform_filter uniform_filter1d "
            "gaussian_filter gaussian_filter1d gaussian_laplace gaussian_gradient_magnitude sobel prewitt "
            "laplace generic_laplace generic_gradient_magnitude",
            "scipy.linalg": "convolution_matrix matmul_toeplitz",
        },
        words="conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d Conv1d Conv2d "
        "Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d LazyConv1d LazyConv2d LazyConv3d "
        "conv2d_input conv2d_weight",
    ),
    "pooling": Family(
        noun="library pooling",
        operators="max_pool2d_with_indices max_pool3d_with_indices mkldnn_max_pool2d mkldnn_max_pool3d "
        "quantized_max_pool1d quantized_max_pool2d quantized_max_pool3d avg_pool2d avg_pool3d "
        "_adaptive_avg_pool2d _adaptive_avg_pool3d mkldnn_adaptive_avg_pool2d adaptive_max_pool2d "
        "adaptive_max_pool3d fractional_max_pool2d fractional_max_pool3d max_unpool2d max_unpool3d "
        "avg_pool2d_backward avg_pool3d_backward max_pool2d_with_indices_backward upsample_linear1d "
        "upsample_bilinear2d upsample_trilinear3d upsample_bicubic2d _upsample_bilinear2d_aa "
        "_upsample_bicubic2d_aa grid_sampler_2d grid_sampler_3d",
        functions={
            "torch": "max_pool1d",
            "torch.ops.aten": "max_pool1d",
            "scipy.signal": "medfilt medfilt2d order_filter",
            "scipy.ndimage": "maximum_filter maximum_filter1d minimum_filter minimum_filter1d "
            "median_filter percentile_filter rank_filter uniform_filter uniform_filter1d grey_dilation "
            "grey_erosion grey_opening grey_closing binary_dilation binary_erosion generic_filter "
            "generic_filter1d",
        },
        words="max_pool2d max_pool3d avg_pool1d lp_pool1d lp_pool2d lp_pool3d MaxPool1d MaxPool2d "
        "MaxPool3d AvgPool1d AvgPool2d AvgPool3d LPPool1d LPPool2d LPPool3d AdaptiveMaxPool1d "
        "AdaptiveMaxPool2d AdaptiveMaxPool3d AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d "
        "FractionalMaxPool2d FractionalMaxPool3d adaptive_avg_pool1d adaptive_avg_pool2d "
        "adaptive_avg_pool3d adaptive_max_pool1d interpolate grid_sample Upsample MaxUnpool2d",
    ),
    "unfold": Family(
        noun="`unfold`",
        operators="im2col col2im pixel_unshuffle",
        functions={
            "torch": "as_strided as_strided_ as_strided_copy as_strided_scatter unfold_copy",
            "torch.Tensor": "unfold as_strided as_strided_ as_strided_scatter set_",
            "torch.ops.aten": "unfold unfold_copy as_strided as_strided_ as_strided_copy as_strided_scatter",
            "numpy.lib.stride_tricks": "as_strided sliding_window_view",
            "numpy.ndarray": "__init__ strides",
            "scipy.ndimage": "generic_filter generic_filter1d",
        },
        words="fold Unfold Fold PixelUnshuffle ndarray",
    ),
    "matmul": Family(
        noun="library matrix product",
        operators="mm bmm addmm addmm_ baddbmm baddbmm_ addbmm addbmm_ mv addmv addmv_ dot vdot addr addr_ "
        "mkldnn_linear _addmm_activation _int_mm _scaled_mm _sparse_addmm _sparse_sparse_matmul hspmm "
        "_sparse_mm_reduce_impl sparse_sampled_addmm mkldnn_rnn_layer _native_multi_head_attention "
        "_scaled_dot_product_flash_attention_for_cpu _scaled_dot_product_fused_attention_overrideable",
        functions={
            "torch": "outer ger",
            "torch.linalg": "vecdot",
            "torch.Tensor": "outer ger",
            "torch.ops.aten": "outer ger linalg_vecdot",
            "numpy": "dot matmul vdot inner outer tensordot einsum vecdot matvec vecmat",
            "numpy.ma": "dot inner innerproduct outer outerproduct",
            "numpy.linalg": "matmul multi_dot matrix_power tensordot vecdot outer",
            "numpy.ndarray": "dot __matmul__ __rmatmul__ __imatmul__",
            "numpy.matrix": "__mul__ __rmul__ __imul__",
            "scipy.linalg": "matmul_toeplitz",
            "scipy.linalg.blas": "sdot ddot sgemv dgemv sgemm dgemm cgemm zgemm ssymv dsymv ssymm dsymm "
            "strmm dtrmm sger dger",
            "scipy.sparse._base._spbase": "dot __matmul__ __rmatmul__",
            "scipy.sparse._matrix.spmatrix": "__mul__ __rmul__",
        },
        words="@ linear bilinear chain_matmul Linear Bilinear scaled_dot_product_attention",
    ),
    "padding": Family(
        noun="library padding",
        operators="constant_pad_nd reflection_pad1d reflection_pad2d reflection_pad3d replication_pad1d "
        "replication_pad2d replication_pad3d _nested_from_padded to_padded_tensor",
        functions={
            "torch.nn.functional": "pad",
            "torch._C._nn": "pad pad_sequence",
            "torch.ops.aten": "pad _pad_circular _pad_enum pad_sequence",
            "torch.nn.utils.rnn": "pad_sequence",
            "numpy": "pad",
        },
        words="ZeroPad1d ZeroPad2d ZeroPad3d ConstantPad1d ConstantPad2d ConstantPad3d ReflectionPad1d "
        "ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d ReplicationPad3d CircularPad1d "
        "CircularPad2d CircularPad3d",
    ),
    "fft": Family(
        noun="Fourier transform",
        operators="_fft_c2c _fft_c2r _fft_r2c",
        functions={
            "numpy.fft": "fft ifft rfft irfft hfft ihfft fft2 ifft2 rfft2 irfft2 fftn ifftn rfftn irfftn",
            "scipy.fft": "fft ifft rfft irfft hfft ihfft fft2 ifft2 rfft2 irfft2 hfft2 ihfft2 fftn ifftn "
            "rfftn irfftn hfftn ihfftn",
            "scipy.fftpack": "fft ifft rfft irfft fft2 ifft2 fftn ifftn",
            "scipy.signal": "fftconvolve oaconvolve stft istft spectrogram periodogram welch csd",
            "scipy.ndimage": "fourier_gaussian fourier_uniform",
        },
        words="stft istft",
    ),
    "solver": Family(
        noun="library solver of equations",
        operators="_linalg_solve_ex linalg_lstsq linalg_inv_ex linalg_pinv linalg_solve_triangular "
        "linalg_lu_solve linalg_ldl_solve cholesky_solve cholesky_inverse triangular_solve _spsolve",
        functions={
            "numpy": "polyfit",
            "numpy.ma": "polyfit",
            "numpy.polynomial.polynomial": "polyfit",
            "numpy.linalg": "solve lstsq inv pinv tensorsolve tensorinv",
            "scipy.linalg": "solve lstsq inv pinv pinvh solve_triangular solve_banded solveh_banded "
            "solve_toeplitz solve_circulant cho_solve lu_solve",
            "scipy.sparse.linalg": "spsolve lsqr lsmr cg bicg bicgstab gmres minres inv",
            "scipy.optimize": "minimize minimize_scalar least_squares lsq_linear curve_fit leastsq nnls root "
            "root_scalar fsolve newton bisect brentq linprog differential_evolution basinhopping",
            "scipy.stats": "linregress",
        },
        words="inverse pinverse",
    ),
    "softmax": Family(
        noun="library softmax",
        operators="_softmax _log_softmax _safe_softmax _masked_softmax _sparse_softmax _sparse_log_softmax "
        "logsumexp",
        functions={
            "torch.nn.functional": "scaled_dot_product_attention",
            "torch._C._nn": "scaled_dot_product_attention",
            "torch.ops.aten": "scaled_dot_product_attention",
            "scipy.special": "softmax log_softmax logsumexp",
        },
        words="softmin gumbel_softmax cross_entropy Softmax LogSoftmax Softmin Softmax2d CrossEntropyLoss "
        "MultiheadAttention",
    ),
    "loss": Family(
        noun="library loss",
        operators="mse_loss nll_loss_forward nll_loss2d_forward binary_cross_entropy "
        "binary_cross_entropy_with_logits huber_loss smooth_l1_loss soft_margin_loss multi_margin_loss "
        "multilabel_margin_loss_forward _ctc_loss",
        functions={
            "torch": "kl_div hinge_embedding_loss margin_ranking_loss cosine_embedding_loss "
            "triplet_margin_loss poisson_nll_loss",
            "torch._C._nn": "l1_loss cross_entropy_loss",
            "torch.ops.aten": "l1_loss cross_entropy_loss kl_div hinge_embedding_loss margin_ranking_loss "
            "cosine_embedding_loss triplet_margin_loss poisson_nll_loss",
            "torch.nn.functional": "l1_loss cross_entropy kl_div hinge_embedding_loss margin_ranking_loss "
            "cosine_embedding_loss triplet_margin_loss triplet_margin_with_distance_loss poisson_nll_loss "
            "gaussian_nll_loss multilabel_soft_margin_loss",
        },
        words="nll_loss multilabel_margin_loss ctc_loss MSELoss L1Loss NLLLoss CrossEntropyLoss BCELoss "
        "BCEWithLogitsLoss HuberLoss SmoothL1Loss SoftMarginLoss MultiMarginLoss MultiLabelMarginLoss "
        "MultiLabelSoftMarginLoss CTCLoss KLDivLoss HingeEmbeddingLoss MarginRankingLoss "
        "CosineEmbeddingLoss TripletMarginLoss TripletMarginWithDistanceLoss PoissonNLLLoss GaussianNLLLoss",
    ),
    "optimizer": Family(
        noun="library optimiser",
        operators="",
        functions={f"torch.optim.{name}": "__init__" for name in OPTIMIZERS.split()},
        words=OPTIMIZERS,
    ),
    "autograd": Family(
        noun="`autograd`",
        operators="",
        functions={
            "torch.Tensor": "backward",
            "torch.autograd": "grad backward",
            "torch.autograd.functional": "vjp jvp jacobian hessian vhp hvp",
            "torch.autograd.forward_ad": "make_dual",
            "torch.func": "grad grad_and_value vjp jvp jacrev jacfwd hessian linearize",
        },
    ),
}


def _has_strides(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
    return kwargs.get("strides") is not None or len(args) > 5  # after self, shape, dtype, buffer and offset


def _sums_products(args: tuple[Any, ...], _kwargs: Mapping[str, Any]) -> bool:
    """Return whether an einsum of several operands sums over an index, as a matrix product does."""
    if not args or not isinstance(args[0], str):
        return True
    given, arrow, result = args[0].partition("->")
    indexes = [index for index in given if index.isalpha()]
    summed = set(indexes) - set(result) if arrow else {i for i in indexes if indexes.count(i) > 1}
    return len(args) > 2 and bool(summed)


# Functions of which only some calls belong to the family; for a method, self is among the arguments.
CONDITIONS: dict[str, Callable[[tuple[Any, ...], Mapping[str, Any]], bool]] = {
    "numpy.ndarray.__init__": _has_strides,
    "numpy.einsum": _sums_products,
    "torch.Tensor.set_": lambda args, kwargs: len(args) > 4 or "stride" in kwargs,
}


def owners(families: Iterable[str]) -> dict[str, dict[str, list[str]]]:
    """Return the functions of these families by module or class, each with its families."""
    found: dict[str, dict[str, list[str]]] = {}
    for family in families:
        for owner, names in FAMILIES[family].functions.items():
            for name in names.split():
                found.setdefault(owner, {}).setdefault(name, []).append(family)
    return found
