import subprocess

import pytest
import torch

from facewright.core.errors import UsageError
from facewright.training import devices
from facewright.training.devices import choose_device, why_no_cuda

GIB = 1024**3


@pytest.fixture
def machine(monkeypatch):
    """`machine(cuda=..., mps=..., build=..., smi=...)`: what PyTorch and nvidia-smi (None: not there) say."""

    def pretend(cuda=False, mps=False, build=None, smi=None, bf16=True):
        def run(*_, **__):
            if smi == "hangs":
                raise subprocess.TimeoutExpired("nvidia-smi", 20)
            return subprocess.CompletedProcess([], smi)

        monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
        monkeypatch.setattr(torch.version, "cuda", build)
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (20 * GIB, 24 * GIB))
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Some GPU")
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: bf16)
        monkeypatch.setattr(devices.shutil, "which", lambda name: None if smi is None else f"/bin/{name}")
        monkeypatch.setattr(devices.subprocess, "run", run)

    return pretend


@pytest.mark.parametrize(
    ("pretence", "reason", "cure"),
    [
        ({"build": None, "smi": 0}, "built without CUDA", "install a CUDA build"),
        ({"build": "13.0", "smi": None}, "no NVIDIA driver", "install the driver"),
        ({"build": "13.0", "smi": 9}, "nvidia-smi fails", "reinstall it or restart"),
        ({"build": "13.0", "smi": "hangs"}, "nvidia-smi fails", "reinstall it or restart"),
        (
            {"build": "13.0", "smi": 0},
            "driver is too old for this PyTorch (CUDA 13.0)",
            "CUDA_VISIBLE_DEVICES",
        ),
    ],
)
def test_why_a_gpu_is_not_used_and_how_to_mend_it(machine, pretence, reason, cure):
    machine(**pretence)
    assert reason in why_no_cuda()
    assert cure in why_no_cuda()
    with pytest.raises(UsageError, match="--device cuda: ") as caught:
        choose_device("cuda")
    assert reason in str(caught.value)


def test_a_gpu_that_lies_idle_is_told(machine):
    machine(build=None, smi=0)
    device = choose_device("auto")
    assert (device.accelerator, device.precision) == ("cpu", "32-true")
    assert "a GPU is there and not used: this PyTorch" in device.remark


def test_a_machine_without_a_gpu_is_not_nagged(machine):
    machine()
    assert "GPU" not in choose_device().remark


def test_cuda_is_chosen_by_itself_with_the_precision_it_can(machine):
    machine(cuda=True, build="13.0", smi=0)
    device = choose_device()
    assert (device.accelerator, device.precision) == ("cuda", "bf16-mixed")
    assert "Some GPU, 20.0 of 24.0 GiB free" in device.remark
    machine(cuda=True, build="13.0", smi=0, bf16=False)
    assert choose_device("cuda").precision == "32-true"
    assert "because --device cpu was given" in choose_device("cpu").remark


def test_bfloat16_that_a_cpu_only_emulates_is_not_taken_and_that_is_told(machine, monkeypatch):
    machine()
    for its_own, precision, word in ((True, "bf16-mixed", ", bfloat16"), (False, "32-true", ", float32 as")):
        monkeypatch.setattr(devices, "has_bfloat16", lambda accelerator, answer=its_own: answer)
        device = choose_device("cpu", "bfloat16")
        assert device.precision == precision and word in device.remark


def test_whether_a_cpu_has_bfloat16_is_measured_once_and_leaves_no_trace():
    devices.has_bfloat16.cache_clear()
    before = torch.get_rng_state(), torch.get_num_threads()
    first = devices.has_bfloat16("cpu")
    assert devices.has_bfloat16("cpu") is first and devices.has_bfloat16("cuda")
    assert torch.equal(torch.get_rng_state(), before[0]) and torch.get_num_threads() == before[1]


def test_a_measurement_that_fails_leaves_no_trace(monkeypatch):
    def fail(*_):
        raise RuntimeError("no such kernel")

    devices.has_bfloat16.cache_clear()
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        monkeypatch.setattr(torch.nn.Conv2d, "forward", fail)
        with pytest.raises(RuntimeError, match="no such kernel"):
            devices.has_bfloat16("cpu")
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_whether_a_cpu_has_bfloat16_can_be_asked_while_a_network_is_judged(mode):
    devices.has_bfloat16.cache_clear()
    with mode():
        assert isinstance(devices.has_bfloat16("cpu"), bool)
        assert not torch.is_grad_enabled()


def test_apples_gpu(machine):
    machine(mps=True)
    assert choose_device().accelerator == "mps"
    machine()
    with pytest.raises(UsageError, match="no Apple GPU"):
        choose_device("mps")


def test_an_unknown_device_is_refused():
    with pytest.raises(UsageError, match="'gpu'"):
        choose_device("gpu")
