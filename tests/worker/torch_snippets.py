"""Short pieces of code as tutorials and documentation write them, by area; each leaves `x` true.

They show what people use, in the project's own words, and were not chosen because they work here.
"""

from __future__ import annotations

import textwrap

_BY_AREA = {
    "nn": """
net = nn.Sequential(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(864, 10))
x = net(torch.randn(4, 1, 28, 28)).shape == (4, 10)
---
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.drop, self.norm = nn.Linear(8, 16), nn.Dropout(0.5), nn.BatchNorm1d(16)
        self.fc2 = nn.Linear(16, 2)
    def forward(self, data):
        return self.fc2(self.drop(F.relu(self.norm(self.fc1(data)))))
net = Net().eval()
x = torch.equal(net(torch.ones(3, 8)), net(torch.ones(3, 8))) and "fc1.weight" in net.state_dict()
---
output, (hidden, cell) = nn.LSTM(10, 20, num_layers=2, batch_first=True)(torch.randn(5, 3, 10))
x = output.shape == (5, 3, 20) and hidden.shape == cell.shape == (2, 5, 20)
---
layer = nn.TransformerEncoderLayer(d_model=16, nhead=4, dim_feedforward=32, batch_first=True)
x = nn.TransformerEncoder(layer, num_layers=2, enable_nested_tensor=False)(torch.rand(2, 7, 16)).shape == (2, 7, 16)
---
output, weights = nn.MultiheadAttention(8, 2, batch_first=True)(*[torch.randn(2, 5, 8)] * 3)
x = torch.allclose(weights.sum(-1), torch.ones(2, 5)) and nn.Embedding(10, 3)(torch.tensor([1, 2])).shape == (2, 3)
---
query = torch.randn(1, 2, 6, 8)
x = F.scaled_dot_product_attention(query, query, query, is_causal=True).shape == query.shape
---
layer = nn.utils.parametrizations.weight_norm(nn.Linear(3, 2))
nn.init.xavier_uniform_(nn.Linear(3, 2).weight)
x = len(list(layer.parameters())) == 3 and nn.CrossEntropyLoss(label_smoothing=0.1)(layer(torch.ones(1, 3)), torch.tensor([1])).item() > 0
---
seen = []
net = nn.Sequential(nn.LazyLinear(4), nn.GELU())
net[1].register_forward_hook(lambda module, inputs, output: seen.append(output.shape))
net(torch.ones(2, 3))
x = seen == [torch.Size([2, 4])]
""",
    "optim": """
net = nn.Linear(2, 1)
optimizer = optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
data, target = torch.randn(32, 2), torch.randn(32, 1)
losses = []
for epoch in range(20):
    optimizer.zero_grad()
    loss = nn.MSELoss()(net(data), target)
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
x = losses[-1] < losses[0]
---
weight = nn.Parameter(torch.ones(3))
for kind in (optim.Adam, optim.AdamW, optim.RMSprop, optim.Adagrad, optim.Adadelta, optim.Adamax, optim.NAdam, optim.RAdam, optim.ASGD, optim.Rprop, optim.Adafactor):
    optimizer = kind([weight], lr=0.01)
    optimizer.zero_grad(set_to_none=True)
    (weight ** 2).sum().backward()
    optimizer.step()
x = bool((weight < 1).all())
---
temperature = torch.tensor([3.0], requires_grad=True)
optimizer = optim.LBFGS([temperature], lr=0.1, max_iter=50, line_search_fn="strong_wolfe")
def closure():
    optimizer.zero_grad()
    loss = (temperature - 1).pow(2).sum()
    loss.backward()
    return loss
optimizer.step(closure)
x = abs(temperature.item() - 1) < 0.01
---
net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
optimizer = optim.Adam([{"params": net[0].parameters()}, {"params": net[1].parameters(), "lr": 1e-4}], lr=1e-2)
copy = optim.Adam([{"params": net[0].parameters()}, {"params": net[1].parameters()}])
copy.load_state_dict(optimizer.state_dict())
x = [group["lr"] for group in copy.param_groups] == [1e-2, 1e-4]
---
net = nn.Linear(2, 1)
average = optim.swa_utils.AveragedModel(net, multi_avg_fn=optim.swa_utils.get_ema_multi_avg_fn(0.9))
optimizer = optim.AdamW(net.parameters(), foreach=True)
net(torch.ones(1, 2)).sum().backward()
nn.utils.clip_grad_norm_(net.parameters(), max_norm=1.0)
optimizer.step()
average.update_parameters(net)
x = average(torch.ones(1, 2)).shape == (1, 1)
---
weight = torch.nn.Parameter(torch.ones(2))
optimizer = torch.optim.SparseAdam([weight])
embedding = nn.Embedding(4, 2, sparse=True)
optimizer = torch.optim.SparseAdam(embedding.parameters())
embedding(torch.tensor([1])).sum().backward()
optimizer.step()
x = embedding.weight.grad.is_sparse
---
net = nn.Linear(2, 1)
scaler, optimizer = torch.amp.GradScaler("cpu", enabled=False), optim.SGD(net.parameters(), lr=0.1)
with torch.autocast("cpu", dtype=torch.bfloat16):
    loss = net(torch.ones(4, 2)).float().mean()
scaler.scale(loss).backward()
scaler.step(optimizer)
scaler.update()
x = net.weight.grad is not None
""",
    "optim.lr_scheduler": """
optimizer = optim.SGD([nn.Parameter(torch.ones(1))], lr=1.0)
scheduler = optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.1)
rates = []
for epoch in range(4):
    optimizer.step()
    rates.append(scheduler.get_last_lr()[0])
    scheduler.step()
x = rates[0] == rates[1] == 1 and abs(rates[3] - 0.1) < 1e-9
---
optimizer = optim.Adam([nn.Parameter(torch.ones(1))], lr=0.1)
S = optim.lr_scheduler
made = [S.MultiStepLR(optimizer, [1, 2]), S.ExponentialLR(optimizer, 0.9), S.CosineAnnealingLR(optimizer, T_max=5), S.LambdaLR(optimizer, lambda epoch: 0.95 ** epoch), S.MultiplicativeLR(optimizer, lambda epoch: 0.5), S.ConstantLR(optimizer), S.LinearLR(optimizer), S.PolynomialLR(optimizer), S.CosineAnnealingWarmRestarts(optimizer, T_0=2)]
for scheduler in made:
    optimizer.step()
    scheduler.step()
x = len({type(scheduler) for scheduler in made}) == 9
---
optimizer = optim.SGD([nn.Parameter(torch.ones(1))], lr=0.1, momentum=0.9)
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, epochs=2, steps_per_epoch=5)
for step in range(9):
    optimizer.step()
    scheduler.step()
x = scheduler.get_last_lr()[0] < 0.001
---
from torch.optim.lr_scheduler import ReduceLROnPlateau
optimizer = optim.SGD([nn.Parameter(torch.ones(1))], lr=1.0)
scheduler = ReduceLROnPlateau(optimizer, mode="min", factor=0.5, patience=1)
for loss in (1.0, 1.0, 1.0, 1.0):
    scheduler.step(loss)
x = optimizer.param_groups[0]["lr"] == 0.5
---
from torch.optim.lr_scheduler import ChainedScheduler, CyclicLR, ExponentialLR, LinearLR, SequentialLR
optimizer = optim.SGD([nn.Parameter(torch.ones(1))], lr=1.0, momentum=0.9)
warm, decay = LinearLR(optimizer, start_factor=0.1, total_iters=2), ExponentialLR(optimizer, gamma=0.9)
scheduler = SequentialLR(optimizer, schedulers=[warm, decay], milestones=[2])
both = ChainedScheduler([warm, decay])
CyclicLR(optimizer, base_lr=0.01, max_lr=0.1)
optimizer.step()
scheduler.step()
x = len(scheduler.state_dict()) > 0
""",
    "utils.data": """
data = TensorDataset(torch.arange(10.0).reshape(5, 2), torch.arange(5))
sizes = [len(features) for features, labels in DataLoader(data, batch_size=2, shuffle=True, drop_last=False)]
x = sizes == [2, 2, 1]
---
class Squares(Dataset):
    def __len__(self):
        return 6
    def __getitem__(self, index):
        return torch.tensor(float(index)), torch.tensor(float(index ** 2))
train, test = torch.utils.data.random_split(Squares(), [4, 2], generator=torch.Generator().manual_seed(0))
features, labels = next(iter(DataLoader(train, batch_size=4)))
x = torch.equal(features ** 2, labels) and len(test) == 2
---
from torch.utils.data import WeightedRandomSampler, Subset, ConcatDataset
data = TensorDataset(torch.arange(4))
sampler = WeightedRandomSampler([0.0, 0.0, 1.0, 0.0], num_samples=6, replacement=True)
(batch,) = next(iter(DataLoader(ConcatDataset([data, Subset(data, [0])]), sampler=sampler, batch_size=6)))
x = batch.tolist() == [2] * 6
---
from torch.utils.data import IterableDataset, default_collate
class Stream(IterableDataset):
    def __iter__(self):
        return iter(range(7))
def collate(items):
    return {"items": default_collate(items)}
x = [batch["items"].numel() for batch in DataLoader(Stream(), batch_size=3, collate_fn=collate)] == [3, 3, 1]
---
def seed_worker(worker_id):
    random.seed(torch.initial_seed() % 2**32)
loader = DataLoader(TensorDataset(torch.arange(8)), batch_size=4, shuffle=True, num_workers=0, pin_memory=False, worker_init_fn=seed_worker, generator=torch.Generator().manual_seed(3))
x = sorted(torch.cat([batch for batch, in loader]).tolist()) == list(range(8))
---
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence
padded = pad_sequence([torch.ones(3, 2), torch.ones(1, 2)], batch_first=True)
packed = pack_padded_sequence(padded, [3, 1], batch_first=True)
x = pad_packed_sequence(packed, batch_first=True)[0].shape == (2, 3, 2)
""",
    "utils.checkpoint": """
from torch.utils.checkpoint import checkpoint
net, data = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 1)), torch.ones(2, 4, requires_grad=True)
checkpoint(net, data, use_reentrant=False).sum().backward()
x = data.grad is not None
---
data = torch.ones(2, 4, requires_grad=True)
torch.utils.checkpoint.checkpoint(lambda value: torch.sin(value) ** 2, data, use_reentrant=True).sum().backward()
x = torch.allclose(data.grad, torch.sin(2 * data.detach()))
---
import torch.utils.checkpoint as cp
net = nn.Sequential(*[nn.Linear(3, 3) for _ in range(4)])
cp.checkpoint_sequential(net, 2, torch.ones(1, 3), use_reentrant=False).sum().backward()
x = net[0].weight.grad is not None
""",
    "autograd": """
value = torch.tensor(3.0, requires_grad=True)
(value ** 2 + 2 * value).backward()
x = value.grad.item() == 8
---
class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, data):
        ctx.save_for_backward(data)
        return data ** 2
    @staticmethod
    def backward(ctx, gradient):
        return 2 * ctx.saved_tensors[0] * gradient
data = torch.randn(3, dtype=torch.double, requires_grad=True)
x = torch.autograd.gradcheck(Square.apply, (data,))
---
data = torch.tensor([1.0, 2.0], requires_grad=True)
(first,) = torch.autograd.grad((data ** 3).sum(), data, create_graph=True)
(second,) = torch.autograd.grad(first.sum(), data)
x = second.tolist() == [6, 12]
---
jacobian = torch.autograd.functional.jacobian(lambda v: v ** 2, torch.tensor([1.0, 2.0]))
hessian = torch.autograd.functional.hessian(lambda v: (v ** 3).sum(), torch.tensor([1.0, 2.0]))
x = jacobian.tolist() == [[2, 0], [0, 4]] and hessian.diagonal().tolist() == [6, 12]
---
with torch.autograd.set_detect_anomaly(True), torch.autograd.profiler.profile() as profiler:
    torch.ones(2, requires_grad=True).sum().backward()
x = "aten::sum" in profiler.key_averages().table()
---
value = torch.ones(2, requires_grad=True)
value.register_hook(lambda gradient: gradient * 10)
with torch.no_grad():
    free = value * 2
(value * 3).sum().backward()
x = value.grad.tolist() == [30, 30] and not free.requires_grad
""",
    "func": """
from torch.func import grad, vmap
x = torch.allclose(vmap(grad(torch.sin))(torch.zeros(3)), torch.ones(3))
---
from torch.func import hessian, jacfwd, jacrev
value = torch.tensor([1.0, 2.0])
same = torch.allclose(jacrev(torch.exp)(value), jacfwd(torch.exp)(value))
x = same and hessian(lambda v: (v ** 2).sum())(value).tolist() == [[2, 0], [0, 2]]
---
from torch.func import functional_call, grad, vmap
net = nn.Linear(2, 1)
params = {name: p.detach() for name, p in net.named_parameters()}
def loss(params, sample, target):
    return F.mse_loss(functional_call(net, params, (sample.unsqueeze(0),)), target.unsqueeze(0))
each = vmap(grad(loss), in_dims=(None, 0, 0))(params, torch.ones(5, 2), torch.zeros(5, 1))
x = each["weight"].shape == (5, 1, 2)
---
value, tangent = torch.func.jvp(torch.sin, (torch.zeros(2),), (torch.ones(2),))
output, pull = torch.func.vjp(torch.cos, torch.zeros(2))
models = [nn.Linear(2, 1) for _ in range(3)]
params, buffers = torch.func.stack_module_state(models)
x = tangent.tolist() == [1, 1] and pull(torch.ones(2))[0].tolist() == [0, 0] and params["weight"].shape == (3, 1, 2)
""",
    "jit": """
@torch.jit.script
def relu(data: torch.Tensor) -> torch.Tensor:
    if bool(data.sum() > 0):
        return data
    return torch.zeros_like(data)
x = relu(torch.ones(2)).tolist() == [1, 1] and relu(-torch.ones(2)).tolist() == [0, 0]
---
net = nn.Linear(2, 1)
traced = torch.jit.trace(net, torch.ones(1, 2))
x = torch.equal(traced(torch.ones(3, 2)), net(torch.ones(3, 2))) and "graph" in str(traced.graph)
---
scripted, buffer = torch.jit.script(nn.Sequential(nn.Linear(2, 2), nn.ReLU())), io.BytesIO()
torch.jit.save(scripted, buffer)
buffer.seek(0)
x = torch.equal(torch.jit.load(buffer)(torch.ones(1, 2)), scripted(torch.ones(1, 2)))
""",
    "distributions": """
normal = torch.distributions.Normal(torch.tensor([0.0]), torch.tensor([1.0]))
x = abs(normal.log_prob(torch.tensor([0.0])).item() + 0.9189) < 1e-3 and normal.rsample((4,)).shape == (4, 1)
---
from torch.distributions import Categorical
logits = torch.zeros(3, requires_grad=True)
policy = Categorical(logits=logits)
action = policy.sample()
(-policy.log_prob(action) * 2.0).backward()
x = logits.grad is not None and abs(policy.entropy().item() - math.log(3)) < 1e-5
---
from torch.distributions import Normal, kl_divergence, MultivariateNormal, Independent
same = kl_divergence(Normal(0.0, 1.0), Normal(0.0, 1.0)).item() == 0
x = same and MultivariateNormal(torch.zeros(2), torch.eye(2)).sample().shape == (2,)
---
from torch.distributions import Bernoulli, Beta, Dirichlet, Gamma, Poisson, TransformedDistribution, Uniform
from torch.distributions.transforms import SigmoidTransform, AffineTransform
chain = TransformedDistribution(Uniform(0, 1), [SigmoidTransform().inv, AffineTransform(0, 2)])
x = all(bool(torch.isfinite(d.sample()).all()) for d in (chain, Beta(1.0, 2.0), Gamma(1.0, 1.0), Poisson(3.0), Bernoulli(0.5), Dirichlet(torch.ones(3))))
""",
    "fft": """
signal = torch.sin(2 * math.pi * 5 * torch.arange(64) / 64)
x = torch.fft.rfft(signal).abs().argmax().item() == 5
---
image = torch.randn(8, 8)
x = torch.allclose(torch.fft.ifft2(torch.fft.fft2(image)).real, image, atol=1e-5)
---
kernel, signal = torch.tensor([1.0, 2.0]), torch.arange(4.0)
product = torch.fft.irfft(torch.fft.rfft(signal, 5) * torch.fft.rfft(kernel, 5), 5)
x = torch.allclose(product, torch.from_numpy(np.convolve(signal.numpy(), kernel.numpy())), atol=1e-5)
---
window = torch.hann_window(16)
spectrum = torch.stft(torch.randn(128), 16, window=window, return_complex=True)
x = torch.istft(spectrum, 16, window=window).shape == (128,) and torch.fft.fftshift(torch.fft.fftfreq(4)).tolist() == [-0.5, -0.25, 0, 0.25]
""",
    "linalg": """
matrix = torch.tensor([[2.0, 1.0], [1.0, 3.0]])
x = torch.allclose(torch.linalg.solve(matrix, matrix @ torch.ones(2)), torch.ones(2)) and abs(torch.linalg.det(matrix).item() - 5) < 1e-5
---
matrix = torch.randn(5, 3)
left, values, right = torch.linalg.svd(matrix, full_matrices=False)
x = torch.allclose(left @ torch.diag(values) @ right, matrix, atol=1e-4) and torch.linalg.matrix_rank(matrix).item() == 3
---
matrix = torch.randn(4, 4)
spd = matrix @ matrix.T + torch.eye(4)
factor = torch.linalg.cholesky(spd)
values, vectors = torch.linalg.eigh(spd)
x = torch.allclose(factor @ factor.T, spd, atol=1e-4) and bool((values > 0).all())
---
design = torch.stack([torch.ones(20), torch.arange(20.0)], 1)
found = torch.linalg.lstsq(design, design @ torch.tensor([[1.0], [2.0]])).solution
q, r = torch.linalg.qr(design)
x = torch.allclose(found, torch.tensor([[1.0], [2.0]]), atol=1e-3) and torch.linalg.norm(q[:, 0]).item() > 0.99
""",
    "special": """
x = abs(torch.special.gammaln(torch.tensor(5.0)).item() - math.log(24)) < 1e-4 and torch.special.expit(torch.zeros(1)).item() == 0.5
---
x = torch.allclose(torch.special.erf(torch.tensor([0.0, 10.0])), torch.tensor([0.0, 1.0])) and torch.special.bessel_j0(torch.zeros(1)).item() == 1
---
values = torch.linspace(0.1, 0.9, 5)
x = torch.allclose(torch.special.logit(torch.special.expit(values)), values) and torch.special.xlogy(torch.zeros(1), torch.zeros(1)).item() == 0 and torch.special.softmax(values, 0).sum().item() > 0.999
""",
    "sparse": """
places = torch.tensor([[0, 1, 1], [2, 0, 2]])
matrix = torch.sparse_coo_tensor(places, torch.tensor([3.0, 4.0, 5.0]), (2, 3))
x = matrix.to_dense().tolist() == [[0, 0, 3], [4, 0, 5]] and torch.sparse.mm(matrix, torch.ones(3, 1)).tolist() == [[3], [9]]
---
matrix = torch.eye(3).to_sparse_csr()
x = (matrix @ torch.ones(3)).tolist() == [1, 1, 1] and matrix.crow_indices().tolist() == [0, 1, 2, 3]
---
matrix = torch.eye(3).to_sparse().requires_grad_()
torch.sparse.sum(torch.sparse.mm(matrix, torch.ones(3, 3).to_sparse())).backward()
x = matrix.grad is not None and matrix.coalesce().indices().shape == (2, 3)
""",
    "nested": """
ragged = torch.nested.nested_tensor([torch.arange(3.0), torch.arange(5.0) + 3])
x = torch.nested.to_padded_tensor(ragged, 0.0).shape == (2, 5)
---
ragged = torch.nested.nested_tensor([torch.randn(2, 4), torch.randn(3, 4)], layout=torch.jagged)
x = nn.Linear(4, 2)(ragged).offsets().tolist() == [0, 2, 5] and [part.shape[0] for part in ragged.unbind()] == [2, 3]
---
ragged = torch.nested.as_nested_tensor([torch.ones(2, 4, requires_grad=True), torch.ones(3, 4, requires_grad=True)])
x = torch.nested.to_padded_tensor(ragged * 2, -1.0)[0, 2].tolist() == [-1] * 4
""",
    "random": """
torch.manual_seed(0)
first = torch.rand(3)
torch.manual_seed(0)
x = torch.equal(first, torch.rand(3))
---
torch.random.manual_seed(1)
with torch.random.fork_rng():
    torch.manual_seed(5)
    torch.randn(3)
state = torch.random.get_rng_state()
first = torch.randn(2)
torch.set_rng_state(state)
x = torch.equal(first, torch.randn(2))
---
random.seed(1), np.random.seed(1), torch.manual_seed(1)
torch.use_deterministic_algorithms(True)
generator = torch.Generator().manual_seed(7)
x = torch.equal(torch.randperm(5, generator=generator), torch.randperm(5, generator=torch.Generator().manual_seed(7))) and torch.multinomial(torch.tensor([0.0, 1.0]), 3, replacement=True).tolist() == [1, 1, 1]
---
torch.manual_seed(42)
x = [round(value, 4) for value in torch.rand(3).tolist()] == [0.8823, 0.915, 0.3829]
""",
    "save and load": """
buffer, net = io.BytesIO(), nn.Linear(2, 1)
torch.save(net.state_dict(), buffer)
buffer.seek(0)
copy = nn.Linear(2, 1)
copy.load_state_dict(torch.load(buffer))
x = torch.equal(copy.weight, net.weight)
---
net = nn.Linear(2, 1)
optimizer, buffer = optim.Adam(net.parameters()), io.BytesIO()
net(torch.ones(1, 2)).sum().backward()
optimizer.step()
torch.save({"epoch": 3, "model": net.state_dict(), "optimizer": optimizer.state_dict(), "loss": 0.5}, buffer)
checkpoint = torch.load(io.BytesIO(buffer.getvalue()), map_location="cpu", weights_only=True)
optimizer.load_state_dict(checkpoint["optimizer"])
x = checkpoint["epoch"] == 3
---
buffer = io.BytesIO()
torch.save(nn.Linear(2, 1), buffer)
buffer.seek(0)
x = isinstance(torch.load(buffer, weights_only=False), nn.Linear) and copy.deepcopy(nn.Linear(1, 1)).weight.shape == (1, 1)
---
x = torch.equal(pickle.loads(pickle.dumps(torch.arange(3))), torch.arange(3)) and json.loads(json.dumps({"loss": 0.5})) == {"loss": 0.5}
""",
    "numpy": """
array = np.linspace(0, 1, 5, dtype=np.float32)
shared = torch.from_numpy(array)
shared[0] = 9
x = array[0] == 9 and isinstance(shared.numpy(), np.ndarray)
---
random_numbers = np.random.default_rng(0)
data = random_numbers.normal(size=(100, 3))
data = (data - data.mean(axis=0)) / data.std(axis=0)
x = np.allclose(np.cov(data.T, bias=True).diagonal(), 1) and np.linalg.eigvalsh(data.T @ data).min() > 0
---
buffer = io.BytesIO()
np.savez(buffer, a=np.arange(3))
buffer.seek(0)
x = np.load(buffer)["a"].tolist() == [0, 1, 2] and np.einsum("ij,jk->ik", np.eye(2), np.ones((2, 2))).sum() == 4
---
table = np.genfromtxt(io.StringIO("1,2\\n3,4"), delimiter=",")
x = np.polyfit([0, 1, 2], [1, 3, 5], 1).round(6).tolist() == [2, 1] and table.tolist() == [[1, 2], [3, 4]]
""",
    "scipy": """
from scipy.optimize import minimize
x = abs(minimize(lambda v: ((v - 3) ** 2).sum(), np.zeros(2), method="BFGS").x - 3).max() < 1e-4
---
from scipy import signal, ndimage
x = signal.correlate2d(np.eye(3), np.ones((2, 2)), mode="valid").tolist() == [[2, 1], [1, 2]] and ndimage.gaussian_filter(np.ones((4, 4)), 1).shape == (4, 4)
---
import scipy.stats as stats
from scipy.integrate import solve_ivp, quad
from scipy.interpolate import interp1d
decay = solve_ivp(lambda t, y: -y, (0, 1), [1.0], rtol=1e-8)
x = abs(decay.y[0, -1] - math.exp(-1)) < 1e-4 and abs(quad(np.sin, 0, np.pi)[0] - 2) < 1e-9 and abs(stats.norm.cdf(0) - 0.5) < 1e-12
---
import scipy.linalg, scipy.sparse, scipy.special, scipy.cluster.vq, scipy.spatial
from scipy.sparse.linalg import spsolve
tree = scipy.spatial.KDTree(np.array([[0.0, 0.0], [5.0, 5.0]]))
x = tree.query([4, 4])[1] == 1 and spsolve(scipy.sparse.eye(3, format="csc"), np.ones(3)).tolist() == [1, 1, 1]
""",
    "matplotlib": r"""
plt.figure(figsize=(4, 3))
plt.plot([1.0, 0.5, 0.2], label="loss")
plt.xlabel("epoch"), plt.legend(), plt.title(r"$\alpha$"), plt.tight_layout(), plt.show()
plt.close()
x = True
---
figure, axes = plt.subplots(2, 2)
axes[0, 0].imshow(torch.rand(4, 4), cmap="gray")
axes[0, 1].hist(np.random.randn(50), bins=5)
axes[1, 0].scatter(*torch.rand(2, 10))
axes[1, 1].bar(["a", "b"], [1, 2])
figure.colorbar(axes[0, 0].images[0])
figure.canvas.draw()
x = len(figure.axes) == 5
---
buffer = io.BytesIO()
plt.contourf(*np.meshgrid(np.arange(3), np.arange(3)), np.eye(3))
plt.savefig(buffer, format="png", dpi=50)
x = buffer.getvalue().startswith(b"\x89PNG")
---
from matplotlib import animation
figure = plt.figure()
axes = figure.add_subplot(projection="3d")
axes.plot_surface(*np.meshgrid(np.arange(3.0), np.arange(3.0)), np.eye(3))
plt.savefig(buffer := io.BytesIO(), format="pdf")
x = len(buffer.getvalue()) > 0
""",
    "threads and more": """
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(2) as pool:
    x = list(pool.map(lambda n: torch.ones(n).sum().item(), [1, 2])) == [1, 2]
---
net = torch.compile(nn.Linear(2, 1))
@torch.compile(fullgraph=True)
def double(data):
    return 2 * data
x = net(torch.ones(1, 2)).shape == (1, 1) and double(torch.ones(1)).item() == 2
---
program = torch.export.export(nn.Linear(2, 1), (torch.ones(1, 2),))
x = program.module()(torch.ones(1, 2)).shape == (1, 1)
---
import torch.fx
from torch.profiler import ProfilerActivity, profile
with profile(activities=[ProfilerActivity.CPU], record_shapes=True) as seen:
    torch.fx.symbolic_trace(nn.Linear(2, 1))(torch.ones(1, 2))
x = "aten::linear" in seen.key_averages().table()
---
import torch.ao.quantization as quantization
import torch.nn.utils.prune as prune
layer = prune.l1_unstructured(nn.Linear(4, 4), name="weight", amount=0.5)
x = int((layer.weight == 0).sum()) == 8
---
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
net = nn.DataParallel(nn.Linear(2, 1)).to(device)
with torch.inference_mode():
    x = not net(torch.ones(1, 2)).requires_grad and device.type == "cpu"
---
logging.basicConfig(level=logging.INFO)
logging.info("epoch %d", 1)
warnings.warn("odd")
x = time.perf_counter() > 0 and collections.Counter("aab")["a"] == 2 and torch.get_num_threads() == 1
""",
}
HEAD = """
import collections, copy, io, json, logging, math, pickle, random, time, warnings
import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn, optim
from torch.utils.data import DataLoader, Dataset, TensorDataset
"""
SNIPPETS = {
    f"{area} {number}": textwrap.dedent(source)
    for area, sources in _BY_AREA.items()
    for number, source in enumerate(sources.split("\n---\n"), 1)
}
