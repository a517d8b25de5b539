"""Every function and operator of every family, really called, and calls that belong to no family."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.examiner.session import Session
from grader.examiner.submission import submission_of
from grader.examiner.trouble import StudentError
from grader.language.limits import Limits
from grader.worker.families import FAMILIES, owners

BEGIN = """
import asyncio, functools, math, operator, threading
from concurrent.futures import ThreadPoolExecutor
import numpy as np
import scipy, scipy.fft, scipy.fftpack, scipy.linalg, scipy.linalg.blas, scipy.ndimage, scipy.optimize, scipy.signal
import scipy.sparse, scipy.sparse.linalg as splinalg, scipy.special, scipy.stats
import torch
import torch.nn.functional as F
from scipy import ndimage, optimize, signal
from scipy.linalg import blas
from torch import nn
from numpy.lib.stride_tricks import *

aten = torch.ops.aten
one = torch.arange(6.0)
two = torch.arange(36.0).reshape(6, 6)
four = torch.arange(36.0).reshape(1, 1, 6, 6)
five = torch.arange(64.0).reshape(1, 1, 4, 4, 4)
kernel = torch.ones(1, 1, 2, 2)
regular = two + 99 * torch.eye(6)
v = np.arange(6.0)
a = np.arange(36.0).reshape(6, 6)
r = a + 99 * np.eye(6)

def weight(): return one.clone().requires_grad_()

def with_dual(function):
    import torch.autograd.forward_ad as dual
    with dual.dual_level():
        return function(dual)

def in_thread(function, *args):
    found = []
    thread = threading.Thread(target=lambda: found.append(function(*args)))
    thread.start()
    thread.join()
    return found[0]

class Own:
    def __matmul__(self, other): return 1
    def dot(self, other): return 1
    def unfold(self, *sizes): return 1

def conv2d(image): return image
def pad(image): return image
def unfold(image): return image
def dot(x, y): return (x * y).sum()
"""
# One line is one call; every line of a family has to show this family, and may show others beside it.
USES = {
    "convolution": """
F.conv1d(four[0], torch.ones(1, 6, 2))
F.conv2d(four, kernel)
F.conv3d(five, torch.ones(1, 1, 2, 2, 2))
F.conv_transpose1d(four[0], torch.ones(6, 1, 2))
F.conv_transpose2d(four, kernel)
F.conv_transpose3d(five, torch.ones(1, 1, 2, 2, 2))
nn.Conv1d(6, 1, 2)(four[0])
nn.Conv2d(1, 1, 2)(four)
nn.Conv3d(1, 1, 2)(five)
nn.LazyConv1d(1, 2)(four[0])
nn.LazyConv2d(1, 2)(four)
nn.LazyConv3d(1, 2)(five)
nn.ConvTranspose1d(6, 1, 2)(four[0])
nn.ConvTranspose2d(1, 1, 2)(four)
nn.ConvTranspose3d(1, 1, 2)(five)
torch.nn.grad.conv2d_input(four.shape, kernel, torch.ones(1, 1, 5, 5))
torch.nn.grad.conv2d_weight(four, kernel.shape, torch.ones(1, 1, 5, 5))
torch.conv_tbc(torch.ones(3, 2, 1), torch.ones(2, 1, 1), torch.zeros(1))
aten.convolution(four, kernel, None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1)
aten.convolution.default(four, kernel, None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1)
aten._convolution(four, kernel, None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1, False, False, False, False)
aten._slow_conv2d_forward(four, kernel, [2, 2], None, [1, 1], [0, 0])
aten.slow_conv3d_forward(five, torch.ones(1, 1, 2, 2, 2), [2, 2, 2], None, [1, 1, 1], [0, 0, 0])
aten.slow_conv_transpose2d(four, kernel, [2, 2])
aten.slow_conv_transpose3d(five, torch.ones(1, 1, 2, 2, 2), [2, 2, 2])
aten.slow_conv_dilated2d(four, kernel, [2, 2], None, [1, 1], [0, 0], [2, 2])
aten.slow_conv_dilated3d(five, torch.ones(1, 1, 2, 2, 2), [2, 2, 2], None, [1, 1, 1], [0, 0, 0], [1, 1, 1])
aten.mkldnn_convolution(four, kernel, None, [0, 0], [1, 1], [1, 1], 1)
torch.autograd.grad(F.conv2d(x := four.clone().requires_grad_(), kernel).sum(), x)
np.convolve(v, v)
np.correlate(v, v)
np.polymul(v, v)
np.ma.convolve(v, v)
np.ma.correlate(v, v)
np.polynomial.polynomial.polymul(v, v)
signal.convolve(v, v)
signal.convolve2d(a, a)
signal.correlate(v, v)
signal.correlate2d(a, a)
signal.fftconvolve(v, v)
signal.oaconvolve(v, v)
signal.lfilter([1, 1], 1, v)
signal.filtfilt([1, 1], 1, np.arange(20.0))
signal.sosfilt(signal.butter(1, 0.5, output="sos"), v)
signal.sosfiltfilt(signal.butter(1, 0.5, output="sos"), np.arange(20.0))
signal.upfirdn([1, 1], v)
signal.decimate(np.arange(99.0), 2)
signal.resample_poly(v, 2, 1)
signal.savgol_filter(v, 3, 1)
signal.sepfir2d(a, [1.0], [1.0])
ndimage.convolve(a, a)
ndimage.convolve1d(a, v)
ndimage.correlate(a, a)
ndimage.correlate1d(a, v)
ndimage.uniform_filter(a, 3)
ndimage.uniform_filter1d(a, 3)
ndimage.gaussian_filter(a, 1)
ndimage.gaussian_filter1d(a, 1)
ndimage.gaussian_laplace(a, 1)
ndimage.gaussian_gradient_magnitude(a, 1)
ndimage.sobel(a)
ndimage.prewitt(a)
ndimage.laplace(a)
ndimage.generic_laplace(a, lambda image, *_: image)
ndimage.generic_gradient_magnitude(a, lambda image, *_: image)
scipy.linalg.convolution_matrix(v, 3)
scipy.linalg.matmul_toeplitz((v, v), v)
from scipy.signal._signaltools import correlate2d as other; return other(a, a)
__import__("scipy.signal").signal.convolve2d(a, a)
ThreadPoolExecutor().submit(F.conv2d, four, kernel).result()
list(ThreadPoolExecutor().map(np.convolve, [v], [v]))
in_thread(np.convolve, v, v)
in_thread(lambda: F.conv2d(four, kernel))
functools.partial(np.convolve, v)(v)
list(map(np.convolve, [v], [v]))
np.apply_along_axis(np.convolve, 0, a, v)
np.vectorize(np.convolve, signature="(n),(m)->(k)")(v, v)
getattr(np, "con" + "volve")(v, v)
eval("np.convolve(v, v)")
exec("F.conv2d(four, kernel)", globals())
torch.inference_mode()(F.conv2d)(four, kernel)
torch.func.vmap(lambda image: F.conv2d(image, kernel))(four)
torch.jit.trace(nn.Conv2d(1, 1, 2), four)(four)
""",
    "pooling": """
F.max_pool1d(four[0], 2)
F.max_pool1d(four[0].clone().requires_grad_(), 2)
F.max_pool2d(four, 2)
F.max_pool3d(five, 2)
F.avg_pool1d(four[0], 2)
F.avg_pool2d(four, 2)
F.avg_pool3d(five, 2)
F.lp_pool1d(four[0], 2, 2)
F.lp_pool2d(four, 2, 2)
F.lp_pool3d(five, 2, 2)
F.adaptive_avg_pool1d(four[0], 2)
F.adaptive_avg_pool2d(four, 2)
F.adaptive_avg_pool3d(five, 2)
F.adaptive_max_pool1d(four[0], 2)
F.adaptive_max_pool2d(four, 2)
F.adaptive_max_pool3d(five, 2)
F.fractional_max_pool2d(four, 2, 2)
F.fractional_max_pool3d(five, 2, 2)
F.max_unpool2d(*F.max_pool2d(four, 2, return_indices=True), 2)
F.max_unpool3d(*F.max_pool3d(five, 2, return_indices=True), 2)
F.interpolate(four[0], scale_factor=0.5, mode="linear")
F.interpolate(four, scale_factor=0.5, mode="bilinear")
F.interpolate(four, scale_factor=0.5, mode="bilinear", antialias=True)
F.interpolate(four, scale_factor=0.5, mode="bicubic")
F.interpolate(four, scale_factor=0.5, mode="bicubic", antialias=True)
F.interpolate(five, scale_factor=0.5, mode="trilinear")
F.interpolate(four, scale_factor=0.5, mode="area")
F.grid_sample(four, torch.zeros(1, 2, 2, 2))
F.grid_sample(five, torch.zeros(1, 2, 2, 2, 3))
nn.MaxPool1d(2)(four[0])
nn.MaxPool2d(2)(four)
nn.MaxPool3d(2)(five)
nn.AvgPool1d(2)(four[0])
nn.AvgPool2d(2)(four)
nn.AvgPool3d(2)(five)
nn.LPPool1d(2, 2)(four[0])
nn.LPPool2d(2, 2)(four)
nn.LPPool3d(2, 2)(five)
nn.AdaptiveMaxPool1d(2)(four[0])
nn.AdaptiveMaxPool2d(2)(four)
nn.AdaptiveMaxPool3d(2)(five)
nn.AdaptiveAvgPool1d(2)(four[0])
nn.AdaptiveAvgPool2d(2)(four)
nn.AdaptiveAvgPool3d(2)(five)
nn.FractionalMaxPool2d(2, 2)(four)
nn.FractionalMaxPool3d(2, 2)(five)
nn.MaxUnpool2d(2)(*nn.MaxPool2d(2, return_indices=True)(four))
nn.Upsample(scale_factor=0.5, mode="bilinear")(four)
torch.max_pool1d(four[0], 2)
aten.max_pool1d(four[0], [2])
aten.max_pool2d_with_indices(four, [2, 2])
aten.max_pool3d_with_indices(five, [2, 2, 2])
aten.upsample_linear1d(four[0], [3], False)
aten.upsample_bilinear2d(four, [3, 3], False)
aten.upsample_trilinear3d(five, [2, 2, 2], False)
aten.upsample_bicubic2d(four, [3, 3], False)
aten._upsample_bilinear2d_aa(four, [3, 3], False)
aten._upsample_bicubic2d_aa(four, [3, 3], False)
aten._adaptive_avg_pool2d(four, [2, 2])
aten._adaptive_avg_pool3d(five, [2, 2, 2])
aten.grid_sampler_2d(four, torch.zeros(1, 2, 2, 2), 0, 0, False)
aten.grid_sampler_3d(five, torch.zeros(1, 2, 2, 2, 3), 0, 0, False)
aten.avg_pool2d_backward(torch.ones(1, 1, 3, 3), four, [2, 2], [2, 2], [0, 0], False, True, None)
aten.avg_pool3d_backward(torch.ones(1, 1, 2, 2, 2), five, [2] * 3, [2] * 3, [0] * 3, False, True, None)
signal.medfilt(v, 3)
signal.medfilt2d(a, 3)
signal.order_filter(v, [1, 1, 1], 2)
ndimage.maximum_filter(a, 2)
ndimage.maximum_filter1d(a, 2)
ndimage.minimum_filter(a, 2)
ndimage.minimum_filter1d(a, 2)
ndimage.median_filter(a, 2)
ndimage.percentile_filter(a, 50, 2)
ndimage.rank_filter(a, 1, 2)
ndimage.uniform_filter(a, 2)
ndimage.uniform_filter1d(a, 2)
ndimage.grey_dilation(a, 2)
ndimage.grey_erosion(a, 2)
ndimage.grey_opening(a, 2)
ndimage.grey_closing(a, 2)
ndimage.binary_dilation(a > 3)
ndimage.binary_erosion(a > 3)
ndimage.generic_filter(a, np.max, 2)
ndimage.generic_filter1d(a, lambda line, out: None, 2)
""",
    "unfold": """
F.unfold(four, 2)
F.fold(torch.ones(1, 4, 4), (3, 3), 2)
F.pixel_unshuffle(four, 2)
nn.Unfold(2)(four)
nn.Fold((3, 3), 2)(torch.ones(1, 4, 4))
nn.PixelUnshuffle(2)(four)
aten.im2col(four, [2, 2], [1, 1], [0, 0], [1, 1])
aten.col2im(torch.ones(1, 4, 4), [3, 3], [2, 2], [1, 1], [0, 0], [1, 1])
aten.pixel_unshuffle(four, 2)
two.unfold(0, 2, 1)
torch.Tensor.unfold(two, 0, 2, 1)
four.clone().requires_grad_().unfold(2, 2, 1).unfold(3, 2, 1)
torch.unfold_copy(two, 0, 2, 1)
aten.unfold(two, 0, 2, 1)
aten.unfold.default(two, 0, 2, 1)
aten.unfold_copy(two, 0, 2, 1)
two.as_strided((5, 2), (6, 6))
two.clone().as_strided_((5, 2), (6, 6))
two.as_strided_scatter(torch.ones(2, 2), (2, 2), (6, 1))
torch.as_strided(two, (5, 2), (6, 6))
torch.as_strided_(two.clone(), (5, 2), (6, 6))
torch.as_strided_copy(two, (5, 2), (6, 6))
torch.as_strided_scatter(two, torch.ones(2, 2), (2, 2), (6, 1))
aten.as_strided(two, [5, 2], [6, 6])
aten.as_strided_(two.clone(), [5, 2], [6, 6])
aten.as_strided_copy(two, [5, 2], [6, 6])
aten.as_strided_scatter(two, torch.ones(2, 2), [2, 2], [6, 1])
torch.empty(0).set_(two.untyped_storage(), 0, (5, 2), (6, 6))
torch.empty(0).set_(source=two.untyped_storage(), storage_offset=0, size=(5, 2), stride=(6, 6))
np.lib.stride_tricks.as_strided(a, (5, 2), (8, 8))
np.lib.stride_tricks.sliding_window_view(a, (2, 2))
from numpy.lib.stride_tricks import sliding_window_view as slide; return slide(a, (2, 2))
sliding_window_view(a, 2, 0)
np.ndarray((5, 2), buffer=a, strides=(8, 8))
np.ndarray((5, 2), float, a, 0, (8, 8))
setattr(a[:2, :2], "strides", (8, 8))
ndimage.generic_filter(a, np.max, 2)
ndimage.generic_filter1d(a, lambda line, out: None, 2)
in_thread(lambda: two.unfold(0, 2, 1))
functools.partial(torch.Tensor.unfold, two)(0, 2, 1)
operator.methodcaller("unfold", 0, 2, 1)(two)
""",
    "matmul": """
two @ two
one @ one
two @ one
torch.matmul(two, two)
torch.mm(two, two)
torch.mm(two, two, out=torch.empty(6, 6))
torch.bmm(two[None], two[None])
torch.mv(two, one)
torch.dot(one, one)
torch.vdot(one, one)
torch.inner(one, one)
torch.outer(one, one)
torch.ger(one, one)
one.outer(one)
one.ger(one)
torch.addmm(two, two, two)
torch.addmv(one, two, one)
torch.addr(two, one, one)
torch.addbmm(two, two[None], two[None])
torch.baddbmm(two[None], two[None], two[None])
two.clone().addmm_(two, two)
one.clone().addmv_(two, one)
two.clone().addr_(one, one)
two.clone().addbmm_(two[None], two[None])
two[None].clone().baddbmm_(two[None], two[None])
torch.einsum("ij,jk->ik", two, two)
torch.tensordot(two, two, 1)
torch.chain_matmul(two, two)
torch.linalg.multi_dot([two, two])
torch.linalg.matmul(two, two)
torch.linalg.vecdot(one, one)
aten.linalg_vecdot(one, one)
aten.outer(one, one)
aten.ger(one, one)
aten.mm(two, two)
aten._addmm_activation(one, two, two)
aten._int_mm(torch.ones(32, 32, dtype=torch.int8), torch.ones(32, 32, dtype=torch.int8))
F.linear(two, two)
F.bilinear(two, two, torch.ones(3, 6, 6))
F.scaled_dot_product_attention(four, four, four)
nn.Linear(6, 2)(two)
nn.Bilinear(6, 6, 2)(two, two)
nn.LSTM(6, 2)(two)
nn.MultiheadAttention(6, 1)(two, two, two)
torch.sparse.mm(two.to_sparse(), two)
torch.sparse.addmm(two, two.to_sparse(), two)
torch.hspmm(two.to_sparse(), two)
torch.sparse.mm(two.to_sparse(), two.to_sparse())
torch.sparse.sampled_addmm(two.to_sparse_csr(), two, two)
two.to_sparse_csr() @ two
a @ a
v.dot(v)
np.ndarray.dot(a, a)
a.__matmul__(a)
a.__rmatmul__(a)
a.copy().__imatmul__(a)
[[1, 2, 3, 4, 5, 6]] @ a
np.dot(a, a)
np.matmul(a, a)
np.vdot(v, v)
np.inner(v, v)
np.outer(v, v)
np.tensordot(a, a)
np.einsum("ij,jk->ik", a, a)
np.einsum("i,i", v, v)
np.einsum(v, [0], v, [0])
np.vecdot(v, v)
np.matvec(a, v)
np.vecmat(v, a)
np.ma.dot(a, a)
np.ma.inner(v, v)
np.ma.innerproduct(v, v)
np.ma.outer(v, v)
np.ma.outerproduct(v, v)
np.linalg.matmul(a, a)
np.linalg.multi_dot([a, a])
np.linalg.matrix_power(a, 2)
np.linalg.tensordot(a, a)
np.linalg.vecdot(v, v)
np.linalg.outer(v, v)
np.matrix(a) * np.matrix(a)
np.matrix(a).__mul__(a)
np.matrix(a).__rmul__(a)
np.matrix(a).__imul__(a)
scipy.linalg.matmul_toeplitz((v, v), v)
blas.sdot(v, v), blas.sgemv(1, a, v), blas.sgemm(1, a, a), blas.ssymv(1, a, v), blas.ssymm(1, a, a)
blas.ddot(v, v), blas.dgemv(1, a, v), blas.dgemm(1, a, a), blas.dsymv(1, a, v), blas.dsymm(1, a, a)
blas.cgemm(1, a, a), blas.zgemm(1, a, a), blas.strmm(1, a, a), blas.dtrmm(1, a, a)
blas.sger(1, v, v), blas.dger(1, v, v)
scipy.sparse.csr_array(a) @ a
scipy.sparse.csr_array(a).dot(a)
a @ scipy.sparse.csr_array(a)
scipy.sparse.csr_array(a).__rmatmul__(a)
scipy.sparse.csr_matrix(a) * a
scipy.sparse.csr_matrix(a).__mul__(a)
scipy.sparse.csr_matrix(a).__rmul__(a)
operator.matmul(a, a)
functools.reduce(operator.matmul, [two, two])
in_thread(operator.matmul, a, a)
list(map(v.dot, [v]))
eval("a @ a")
torch.func.vmap(lambda row: row @ one)(two)
torch.func.vmap(torch.dot)(two, two)
""",
    "padding": """
F.pad(two, (1, 1))
F.pad(four, (1, 1, 1, 1), "reflect")
F.pad(four, (1, 1, 1, 1), "replicate")
F.pad(four, (1, 1, 1, 1), "circular")
nn.ZeroPad1d(1)(four[0])
nn.ZeroPad2d(1)(four)
nn.ZeroPad3d(1)(five)
nn.ConstantPad1d(1, 0)(four[0])
nn.ConstantPad2d(1, 0)(four)
nn.ConstantPad3d(1, 0)(five)
nn.ReflectionPad1d(1)(four[0])
nn.ReflectionPad2d(1)(four)
nn.ReflectionPad3d(1)(five)
nn.ReplicationPad1d(1)(four[0])
nn.ReplicationPad2d(1)(four)
nn.ReplicationPad3d(1)(five)
nn.CircularPad1d(1)(four[0])
nn.CircularPad2d(1)(four)
nn.CircularPad3d(1)(five)
nn.Conv2d(1, 1, 2, padding=1, padding_mode="circular")(four)
torch.constant_pad_nd(two, [1, 1])
torch._C._nn.pad(two, (1, 1))
torch._C._nn.pad_sequence([one, one[:2]])
torch.nn.utils.rnn.pad_sequence([one, one[:2]])
torch.nested.to_padded_tensor(torch.nested.nested_tensor([one, one[:2]]), 0.0)
aten.constant_pad_nd(two, [1, 1])
aten.reflection_pad1d(two, [1, 1])
aten.reflection_pad2d(four, [1, 1, 1, 1])
aten.reflection_pad3d(five, [1] * 6)
aten.replication_pad1d(two, [1, 1])
aten.replication_pad2d(four, [1, 1, 1, 1])
aten.replication_pad3d(five, [1] * 6)
aten.pad(two, [1, 1])
aten._pad_circular(four, [1, 1, 1, 1])
aten._pad_enum(two, [1, 1], 0)
aten.pad_sequence([one, one[:2]])
np.pad(a, 1)
from numpy import pad as put; return put(a, 1)
in_thread(np.pad, a, 1)
""",
    "fft": """
torch.fft.fft(one)
torch.fft.rfft2(two)
torch.fft.irfft(one)
torch.fft.ifft2(two)
torch.fft.hfft(one)
torch.stft(one, 4, window=torch.ones(4), return_complex=True)
torch.istft(torch.ones(3, 4, dtype=torch.complex64), 4, window=torch.ones(4))
aten._fft_c2c(one.to(torch.complex64), [0], 0, True)
aten._fft_r2c(one, [0], 0, True)
aten._fft_c2r(one.to(torch.complex64), [0], 0, 10)
np.fft.fft(v), np.fft.ifft(v), np.fft.rfft(v), np.fft.irfft(v), np.fft.hfft(v), np.fft.ihfft(v)
np.fft.fft2(a), np.fft.ifft2(a), np.fft.rfft2(a), np.fft.irfft2(a)
np.fft.fftn(a), np.fft.ifftn(a), np.fft.rfftn(a), np.fft.irfftn(a)
scipy.fft.hfft2(a), scipy.fft.ihfft2(a), scipy.fft.hfftn(a), scipy.fft.ihfftn(a)
scipy.fft.fft2(a)
scipy.fftpack.fft2(a)
signal.fftconvolve(v, v)
signal.oaconvolve(np.arange(99.0), v)
signal.stft(v, nperseg=4)
signal.istft(signal.stft(v, nperseg=4)[2], nperseg=4)
signal.spectrogram(v, nperseg=4)
signal.periodogram(v)
signal.welch(v, nperseg=4)
signal.csd(v, v, nperseg=4)
ndimage.fourier_gaussian(a, 1)
ndimage.fourier_uniform(a, 1)
in_thread(np.fft.fft2, a)
""",
    "solver": """
torch.linalg.solve(regular, one), torch.linalg.solve_ex(regular, one)
torch.linalg.lstsq(two, one.unsqueeze(1))
torch.linalg.inv(regular)
torch.inverse(regular)
regular.inverse() @ one
torch.linalg.inv_ex(regular)
torch.linalg.pinv(two)
two.pinverse()
torch.linalg.tensorsolve(regular, one)
torch.linalg.tensorinv(regular, 1)
torch.linalg.solve_triangular(regular.triu(), two, upper=True)
torch.triangular_solve(two, regular.triu())
torch.linalg.lu_solve(*torch.linalg.lu_factor(regular), two)
torch.linalg.ldl_solve(*torch.linalg.ldl_factor(torch.eye(6)), two)
torch.cholesky_solve(two, torch.eye(6))
torch.cholesky_inverse(torch.eye(6))
aten.linalg_lstsq(two, one.unsqueeze(1))
aten._linalg_solve_ex(regular, one)
aten.linalg_inv_ex.default(regular)
aten.linalg_pinv(two)
aten.linalg_solve_triangular(regular.triu(), two, upper=True)
aten.linalg_lu_solve(*torch.linalg.lu_factor(regular), two)
aten.linalg_ldl_solve(*torch.linalg.ldl_factor(torch.eye(6)), two)
in_thread(torch.linalg.solve, regular, one)
torch.func.vmap(lambda right: torch.linalg.solve(regular, right))(two)
np.linalg.solve(r, v)
np.linalg.lstsq(a, v)
np.linalg.inv(r)
np.linalg.pinv(a)
np.linalg.tensorsolve(r, v)
np.linalg.tensorinv(r, 1)
np.polyfit(v, v, 1)
np.ma.polyfit(v, v, 1)
np.polynomial.polynomial.polyfit(v, v, 1)
scipy.linalg.solve(r, v)
scipy.linalg.lstsq(a, v)
scipy.linalg.inv(r)
scipy.linalg.pinv(a)
scipy.linalg.pinvh(np.eye(6))
scipy.linalg.solve_triangular(r, v)
scipy.linalg.solve_banded((0, 0), np.ones((1, 6)), v)
scipy.linalg.solveh_banded(np.ones((1, 6)), v)
scipy.linalg.solve_toeplitz(np.array([2.0, 1, 0, 0, 0, 0]), v)
scipy.linalg.solve_circulant(np.array([2.0, 1, 0, 0, 0, 0]), v)
scipy.linalg.cho_solve((np.eye(6), True), v)
scipy.linalg.lu_solve(scipy.linalg.lu_factor(r), v)
splinalg.spsolve(scipy.sparse.csc_array(r), v)
splinalg.lsqr(a, v)
splinalg.lsmr(a, v)
splinalg.cg(np.eye(6), v)
splinalg.bicg(np.eye(6), v)
splinalg.bicgstab(np.eye(6), v)
splinalg.gmres(np.eye(6), v)
splinalg.minres(np.eye(6), v)
splinalg.inv(scipy.sparse.csc_array(r))
optimize.minimize(lambda x: (x**2).sum(), [1.0])
optimize.minimize_scalar(lambda x: x**2)
optimize.least_squares(lambda x: x - 1, [0.0])
optimize.lsq_linear(a, v)
optimize.curve_fit(lambda x, slope: slope * x, v, v)
optimize.leastsq(lambda x: x - 1, [0.0])
optimize.nnls(a, v)
optimize.root(lambda x: x - 1, [0.0])
optimize.root_scalar(lambda x: x - 1, bracket=[0, 2])
optimize.fsolve(lambda x: x - 1, [0.0])
optimize.newton(lambda x: x - 1, 0.0)
optimize.bisect(lambda x: x - 1, 0, 2)
optimize.brentq(lambda x: x - 1, 0, 2)
optimize.linprog([1.0])
optimize.differential_evolution(lambda x: (x**2).sum(), [(-1, 1)], maxiter=1)
optimize.basinhopping(lambda x: (x**2).sum(), [1.0], niter=1)
scipy.stats.linregress(v, v)
getattr(np.linalg, "lst" + "sq")(a, v)
""",
    "softmax": """
F.softmax(two, 0)
F.log_softmax(two, 0)
F.softmin(two, 0)
F.gumbel_softmax(two)
F.cross_entropy(two, torch.arange(6))
F.cross_entropy(two, two.softmax(1))
F.scaled_dot_product_attention(two, two, two)
aten.scaled_dot_product_attention(two, two, two)
two.softmax(0)
two.log_softmax(0)
two.logsumexp(0)
torch.softmax(two, 0)
torch.log_softmax(two, 0)
torch.logsumexp(two, 0)
torch.special.softmax(two, 0)
torch.special.log_softmax(two, 0)
torch.special.logsumexp(two, 0)
torch.sparse.softmax(two.to_sparse(), 0)
torch.sparse.log_softmax(two.to_sparse(), 0)
nn.Softmax(0)(two)
nn.LogSoftmax(0)(two)
nn.Softmin(0)(two)
nn.Softmax2d()(four)
nn.CrossEntropyLoss()(two, torch.arange(6))
nn.MultiheadAttention(6, 1)(two, two, two)
nn.MultiheadAttention(6, 1).eval()(two, two, two, need_weights=False)
aten._softmax(two, 0, False)
aten._log_softmax(two, 0, False)
aten._safe_softmax(two, 0)
aten._masked_softmax(two, two > 3, 0, 0)
aten._sparse_softmax.default(two.to_sparse(), 0, False)
aten._sparse_log_softmax.default(two.to_sparse(), 0, False)
scipy.special.softmax(v)
scipy.special.log_softmax(v)
scipy.special.logsumexp(v)
in_thread(two.softmax, 0)
torch.distributions.Categorical(logits=one)
""",
    "loss": """
F.mse_loss(two, two)
F.l1_loss(two, two)
F.smooth_l1_loss(two, two)
F.huber_loss(two, two)
F.cross_entropy(two, torch.arange(6))
F.cross_entropy(two, two.softmax(1))
F.nll_loss(two, torch.arange(6))
F.nll_loss(four.expand(1, 2, 6, 6), torch.zeros(1, 6, 6, dtype=torch.long))
F.binary_cross_entropy(two.sigmoid(), two.sigmoid())
F.binary_cross_entropy_with_logits(two, two.sigmoid())
F.kl_div(two, two)
F.hinge_embedding_loss(one, torch.ones(6))
F.margin_ranking_loss(one, one, torch.ones(6))
F.cosine_embedding_loss(two, two, torch.ones(6))
F.triplet_margin_loss(two, two, two)
F.triplet_margin_with_distance_loss(two, two, two)
F.poisson_nll_loss(one, one)
F.gaussian_nll_loss(one, one, torch.ones(6))
F.soft_margin_loss(one, torch.ones(6))
F.multi_margin_loss(two, torch.arange(6))
F.multilabel_margin_loss(two, torch.zeros(6, 6, dtype=torch.long))
F.multilabel_soft_margin_loss(two, torch.ones(6, 6))
F.ctc_loss(torch.zeros(4, 1, 3), torch.ones(1, 2, dtype=torch.long), torch.tensor([4]), torch.tensor([2]))
nn.MSELoss()(two, two)
nn.L1Loss()(two, two)
nn.SmoothL1Loss()(two, two)
nn.HuberLoss()(two, two)
nn.CrossEntropyLoss()(two, torch.arange(6))
nn.NLLLoss()(two, torch.arange(6))
nn.BCELoss()(two.sigmoid(), two.sigmoid())
nn.BCEWithLogitsLoss()(two, two.sigmoid())
nn.KLDivLoss(reduction="sum")(two, two)
nn.HingeEmbeddingLoss()(one, torch.ones(6))
nn.MarginRankingLoss()(one, one, torch.ones(6))
nn.CosineEmbeddingLoss()(two, two, torch.ones(6))
nn.TripletMarginLoss()(two, two, two)
nn.TripletMarginWithDistanceLoss()(two, two, two)
nn.PoissonNLLLoss()(one, one)
nn.GaussianNLLLoss()(one, one, torch.ones(6))
nn.SoftMarginLoss()(one, torch.ones(6))
nn.MultiMarginLoss()(two, torch.arange(6))
nn.MultiLabelMarginLoss()(two, torch.zeros(6, 6, dtype=torch.long))
nn.MultiLabelSoftMarginLoss()(two, torch.ones(6, 6))
nn.CTCLoss()(torch.zeros(4, 1, 3), torch.ones(1, 2, dtype=torch.long), torch.tensor([4]), torch.tensor([2]))
torch.kl_div(two, two)
torch.hinge_embedding_loss(one, torch.ones(6))
torch.margin_ranking_loss(one, one, torch.ones(6))
torch.cosine_embedding_loss(two, two, torch.ones(6))
torch.triplet_margin_loss(two, two, two)
torch.poisson_nll_loss(one, one, True, False, 1e-8, 1)
torch._C._nn.l1_loss(two, two)
torch._C._nn.cross_entropy_loss(two, torch.arange(6))
aten.l1_loss(two, two)
aten.cross_entropy_loss(two, torch.arange(6))
aten.mse_loss(two, two)
aten.nll_loss_forward(two, torch.arange(6), None, 1, -100)
aten.nll_loss2d_forward(four, torch.zeros(1, 6, 6, dtype=torch.long), None, 1, -100)
aten.multilabel_margin_loss_forward(two, torch.zeros(6, 6, dtype=torch.long), 1)
aten._ctc_loss(torch.zeros(4, 1, 3), torch.ones(1, 2, dtype=torch.long), [4], [2])
in_thread(F.mse_loss, two, two)
""",
    "optimizer": """
torch.optim.SGD([weight()], 0.1)
torch.optim.SGD([weight()], 0.1).step()
torch.optim.Adam([weight()])
torch.optim.AdamW([weight()])
torch.optim.Adamax([weight()])
torch.optim.NAdam([weight()])
torch.optim.RAdam([weight()])
torch.optim.RMSprop([weight()])
torch.optim.Rprop([weight()])
torch.optim.Adadelta([weight()])
torch.optim.Adagrad([weight()])
torch.optim.Adafactor([weight()])
torch.optim.ASGD([weight()])
torch.optim.LBFGS([weight()])
torch.optim.Muon([two.clone().requires_grad_()])
torch.optim.SparseAdam([weight()])
from torch.optim import Adam as other; return other([weight()])
getattr(torch.optim, "S" + "GD")([weight()], 0.1)
in_thread(torch.optim.SGD, [weight()], 0.1)
type("Own", (torch.optim.SGD,), {})([weight()], 0.1)
""",
    "autograd": """
(weight() ** 2).sum().backward()
torch.Tensor.backward(weight().sum())
torch.autograd.backward(weight().sum())
torch.autograd.grad((w := weight()).sum(), w)
from torch.autograd import grad as other; return other((w := weight()).sum(), w)
torch.func.grad(torch.sum)(one)
torch.func.grad_and_value(torch.sum)(one)
torch.func.vjp(torch.sum, one)
torch.func.jvp(torch.sum, (one,), (one,))
torch.func.jacrev(torch.sum)(one)
torch.func.jacfwd(torch.sum)(one)
torch.func.hessian(torch.sum)(one)
torch.func.linearize(torch.sum, one)
torch.autograd.functional.vjp(torch.sum, one)
torch.autograd.functional.jvp(torch.sum, one, one)
torch.autograd.functional.jacobian(torch.sum, one)
torch.autograd.functional.hessian(torch.sum, one)
torch.autograd.functional.vhp(torch.sum, one, one)
torch.autograd.functional.hvp(torch.sum, one, one)
with_dual(lambda dual: dual.make_dual(one, one))
in_thread(lambda: weight().sum().backward())
""",
}
INNOCENT = """
conv2d(pad(unfold(two)))
dot(two, two)
Own() @ Own()
Own().dot(Own()), Own().unfold(1)
two * two, two + 1, (two * two).sum(), two.sum(dim=0), two.mean(), two.max()
two[1:3, 2:4], two.T, two.reshape(-1), two.flip(0), two.roll(1), two.repeat(2, 2), two.tile(2), two.expand(2, 6, 6)
two.select(0, 1), two.diagonal(), two.narrow(0, 1, 2), two.movedim(0, 1), two.unflatten(0, (2, 3)), two.split(2)
torch.stack([two, two]), torch.cat([two, two]), torch.zeros(3), torch.arange(3), torch.rot90(two), torch.cumsum(two, 0)
torch.where(two > 3, two, 0.0), torch.gather(two, 0, torch.zeros(1, 6, dtype=torch.long)), two[two > 3], two[[0, 1]]
torch.empty(0).set_(two)
str(two), repr(two), repr(a), str(two.clone().requires_grad_())
torch.testing.assert_close(two, two)
np.testing.assert_allclose(a, a)
two.numpy(), torch.from_numpy(a), torch.tensor(a), two.tolist(), torch.as_tensor(a)
F.interpolate(four, scale_factor=2)
F.relu(two), F.sigmoid(two), F.one_hot(torch.arange(3)), F.layer_norm(two, (6,))
nn.BatchNorm2d(1)(four), nn.Dropout()(four), nn.Flatten()(four), nn.ReLU()(four)
(two.clone().requires_grad_()[1:3] ** 2).sum(), weight().grad, one.detach(), two.requires_grad
torch.linalg.norm(two), torch.linalg.det(two), torch.linalg.svd(two), torch.linalg.qr(two), torch.linalg.eigh(two)
torch.exp(two) / torch.exp(two).sum(0), torch.log(two), ((two - 1) ** 2).mean(), (two - 1).abs().sum()
nn.MSELoss(), nn.Softmax(0), torch.optim.SGD, torch.autograd.Function, torch.no_grad(), torch.nn.Parameter(one)
torch.var(two), torch.std(two), torch.median(two), torch.sort(two), torch.topk(one, 2), torch.unique(two)
torch.einsum("ij->ji", two), torch.einsum("ij,ij->ij", two, two), torch.kron(two, two), torch.cross(one[:3], one[:3])
np.einsum("ij->ji", a), np.einsum("ij,ij->ij", a, a), np.einsum("ii", a)
a * a, a + 1, a.sum(), a.T, a.strides, a[::2], a.reshape(-1), np.roll(a, 1), np.sum(a), np.cumsum(a), np.kron(a, a)
np.ndarray((2, 2)), np.ndarray((2, 2), buffer=a), np.zeros((2, 2)), np.broadcast_to(v, (6, 6)), np.ma.array(v)
np.linalg.svd(a), np.linalg.qr(a), np.linalg.eigh(a), np.linalg.norm(a), np.linalg.det(a), np.linalg.cholesky(np.eye(6))
np.cov(a), np.corrcoef(a + np.eye(6)), np.polyval(v, 2), np.interp(2, v, v), np.gradient(a)
np.meshgrid(v, v), np.concatenate([a, a]), np.block([[a, a]]), np.apply_along_axis(sum, 0, a), np.unique(a)
scipy.linalg.svd(a), scipy.special.expit(v), scipy.ndimage.zoom(a, 2), scipy.ndimage.label(a)
scipy.signal.wiener(a, 3), scipy.signal.get_window("hann", 3), scipy.sparse.csr_array(a) * 2, np.matrix(a) + 1
[np.convolve, F.conv2d, nn.Conv2d, np.pad, torch.Tensor.unfold, a.dot]
nn.Conv2d(1, 1, 3), nn.Linear(2, 2), nn.MaxPool2d(2), nn.Sequential(nn.Conv2d(1, 1, 3), nn.ReLU())
np.matmul.nin, np.dot.__name__, np.convolve.__doc__, isinstance(a, np.ndarray), aten.unfold.default
"""
# Operators that processors of this kind do not have, or that only others of the family come to.
NOT_HERE = set(
    "convolution_overrideable _conv_depthwise2d conv_depthwise3d _nnpack_spatial_convolution convolution_backward "
    "mkldnn_max_pool2d mkldnn_max_pool3d quantized_max_pool1d quantized_max_pool2d quantized_max_pool3d "
    "mkldnn_adaptive_avg_pool2d max_pool2d_with_indices_backward mkldnn_linear _scaled_mm _sparse_addmm "
    "_sparse_sparse_matmul _sparse_mm_reduce_impl mkldnn_rnn_layer _native_multi_head_attention "
    "_scaled_dot_product_flash_attention_for_cpu _scaled_dot_product_fused_attention_overrideable "
    "_nested_from_padded sparse_sampled_addmm _spsolve __init__".split()
)


def lines(text: str) -> list[str]:
    """Return the calls in a text, one to a line."""
    return [line for line in text.splitlines() if line]


CASES = [(family, call) for family, text in USES.items() for call in lines(text)]


def function(name: str, call: str) -> str:
    """Return a function that makes one call, in one line so that its line is known."""
    before, _, last = call.rpartition("; return ")
    body = f"{before}; return {last}" if before else f"return {last}"
    return f"def {name}(): {body}\n"


@pytest.fixture(scope="module")
def called(server) -> Iterator[Callable[[str], dict[str, object]]]:
    """Call one function of a file that has one for each case; return the families that it used."""
    of = {
        call: f"case_{number}" for number, call in enumerate([*lines(INNOCENT), *(call for _, call in CASES)])
    }
    source = BEGIN + "".join(function(name, call) for call, name in of.items())
    with Session(
        server,
        submission_of("e.py", source.encode()),
        {},
        ["torch", "numpy", "scipy"],
        Limits(seconds=100, memory_mib=8192),
        FAMILIES,
    ) as session:

        def call(what: str) -> dict[str, object]:
            session.begin()
            with session.watched() as used:
                session.call(session.fetch(of[what]), [], {})
                return dict(used)

        yield call


@pytest.mark.slow
@pytest.mark.parametrize(("family", "call"), CASES)
def test_each_way_to_use_a_family_is_seen(called, family, call):
    assert family in called(call)


@pytest.mark.slow
@pytest.mark.parametrize("call", lines(INNOCENT))
def test_what_is_of_no_family_is_not_taken_for_one(called, call):
    assert called(call) == {}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_function_and_operator_of_a_family_has_its_case(family):
    words = set(re.findall(r"\w+|@", USES[family]))
    assert FAMILIES[family].names - words - NOT_HERE == set()


def test_no_operator_is_of_two_families():
    operators = [name for family in FAMILIES.values() for name in family.operators.split()]
    assert len(operators) == len(set(operators))


def test_owners_are_those_of_the_families_that_are_asked_for():
    assert owners([]) == {}
    assert owners(["fft", "convolution"])["scipy.signal"]["fftconvolve"] == ["fft", "convolution"]
    assert "numpy.ndarray" not in owners(["fft"])


# A submission without a call of any library's function is never accused.
NAMES = st.sampled_from(
    "conv2d pad unfold dot matmul fft pool convolve correlate2d as_strided einsum x".split()
)
PIECES = st.one_of(
    st.builds("{} = lambda x: x".format, NAMES),
    st.builds("def {}(x): return [row * 2 for row in x]".format, NAMES),
    st.builds(
        "import {}".format,
        st.sampled_from(["numpy as np", "torch", "scipy.signal", "torch.nn.functional as F"]),
    ),
    st.builds("class {}:\n    def dot(self, x): return 1\n    __matmul__ = unfold = dot".format, NAMES),
    st.builds("# np.{0}(x) and torch.{0}".format, NAMES),
    st.builds('"""F.{}(x)"""'.format, NAMES),
    st.builds("{}_table = [1, 2, 3]".format, NAMES),
)


@settings(deadline=None, max_examples=25)
@given(pieces=st.lists(PIECES, max_size=8), name=NAMES)
def test_who_calls_no_library_is_never_accused(server, pieces, name):
    body = f"def answer(x):\n    try:\n        return {name}(x)\n    except Exception:\n        return x\n"
    source = "\n".join([*pieces, body])
    limits = Limits(seconds=100, memory_mib=4096)
    submission = submission_of("e.py", source.encode())
    with Session(
        server, submission, {"answer": ""}, ["torch", "numpy", "scipy"], limits, FAMILIES
    ) as session:
        with session.watched() as used, contextlib.suppress(StudentError):
            session.call(session.fetch("answer"), [[[1, 2], [3, 4]]], {})
        assert used == {}
        assert session.replies.used_at_load == {}
