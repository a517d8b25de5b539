"""What student code attempted that a worker refuses: known by the function that raised, not its message."""

from __future__ import annotations

import ast
import errno
import os
from collections.abc import Collection, Iterable, Iterator
from types import FrameType

from grader.worker.optional import optional

_resource = optional("resource")
MAX_DETAIL = 80  # characters
_REFUSED = {errno.EPERM, errno.EACCES, errno.EROFS}
_MODULES = {  # whose functions raise an OSError when student code calls them
    "torch.utils.data.dataloader": "loader",
    **dict.fromkeys(("multiprocessing", "concurrent.futures.process", "subprocess", "pty"), "processes"),
    **dict.fromkeys(("torch.multiprocessing", "torch.distributed"), "processes"),
    **dict.fromkeys(("socket", "socketserver", "ssl", "urllib", "http", "torch.hub"), "network"),
    **dict.fromkeys(("ftplib", "smtplib", "poplib", "imaplib", "xmlrpc"), "network"),
    "asyncio": "asyncio",
    "torch.utils.cpp_extension": "compiler",
}
_FUNCTIONS = {  # that raise their own error: a module, and how the name of a function begins
    ("torch.serialization", "_open_zipfile_writer_file."): "files",
    ("torch.jit._script", "RecursiveScriptModule.save"): "files",
    ("torch.jit._serialization", "save"): "files",
    ("torch.storage", "UntypedStorage._share_"): "processes",
    ("torch.storage", "UntypedStorage.share_memory_"): "processes",
    ("torch.export.pt2_archive", "PT2ArchiveWriter."): "files",
    ("torch.distributed", "init_process_group"): "processes",
    ("torch.cuda", "_lazy_init"): "device",
}


def refusal(error: BaseException, labels: Collection[str]) -> tuple[str, str] | None:
    """Return what was refused and a detail, if that is why student code of these files raised this error."""
    try:
        return _refusal(error, labels)
    except BaseException:  # student code has made an error that cannot even be inspected
        return None


def _refusal(error: BaseException, labels: Collection[str]) -> tuple[str, str] | None:
    frames = list(_called(error, labels))
    if isinstance(error, OSError):
        known = next((what for frame in frames if (what := _of_module(_module(frame)))), None)
        known = known or _of_module(type(error).__module__) or _of_file(error, is_direct=not frames)
        return (known, _detail(error, frames)) if known else None
    for frame in frames:
        for (module, function), what in _FUNCTIONS.items():
            if _is_within(_module(frame), module) and frame.f_code.co_qualname.startswith(function):
                return _here(what), _detail(error, [frame])
    return None


def uncompiled(trees: Iterable[tuple[str, ast.Module]]) -> Iterator[tuple[str, int]]:
    """Yield the cells and lines where a source uses torch.compile, which does nothing in a worker."""
    for label, tree in trees:
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Attribute)
                and node.attr == "compile"
                and ast.unparse(node.value) == "torch"
            ):
                yield label, node.lineno


def _called(error: BaseException, labels: Collection[str]) -> Iterator[FrameType]:
    """Yield the library functions that the student's last line called, outermost first."""
    frames: list[FrameType] = []
    trace = error.__traceback__
    while trace is not None:
        frames.append(trace.tb_frame)
        if trace.tb_frame.f_code.co_filename in labels:
            frames.clear()
        trace = trace.tb_next
    return iter(frames)


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def _is_within(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")


def _of_module(name: str) -> str | None:
    return next((what for module, what in _MODULES.items() if _is_within(name, module)), None)


def _of_file(error: OSError, *, is_direct: bool) -> str | None:
    """Return what was refused to code that works with files; without a file name, whatever it is."""
    if isinstance(error, FileNotFoundError):
        return None if is_direct and error.filename is None else "absent"  # student code may have raised it
    if error.errno == errno.EFBIG:
        return None if _may_write() else "files"
    if error.errno not in _REFUSED:
        return None
    if not isinstance(error.filename, str):
        return "system"
    if os.path.lexists(error.filename):
        return "read" if error.errno == errno.EACCES else "system"
    return _here("files")


def _here(what: str) -> str:
    """Distinguish writing that is refused everywhere from writing outside the worker's own folder."""
    return "outside" if what == "files" and _may_write() else what


def _may_write() -> bool:
    return _resource is None or _resource.getrlimit(_resource.RLIMIT_FSIZE)[0] != 0


def _detail(error: BaseException, frames: Iterable[FrameType]) -> str:
    """Return the file's name, or the number of processes; '' where it would name a grader's folder."""
    for frame in frames:
        if _module(frame) == "torch.utils.data.dataloader":
            return f"num_workers={int(frame.f_locals['self'].num_workers)}"
    name = getattr(error, "filename", None) or next((f.f_locals.get("name") for f in frames), None)
    if type(name) is not str or os.environ.get("TMPDIR", "/tmp/torchgrade-") in name:  # noqa: S108
        return ""
    return repr(name)[:MAX_DETAIL]
