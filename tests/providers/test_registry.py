"""Which hosts there are: built in, registered, configured, from packages, presets."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from routebook.config import config_path
from routebook.errors import ConfigError, CredentialsError, ModelError
from routebook.providers.registry import BUILT_IN, Registry
from routebook.providers.servers import PRESETS, Server, checked, located


@pytest.fixture
def registry() -> Registry:
    return Registry()


def provide(folder: Path, host: str, source: str, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """Install a package that provides a host, as pip would leave it; return a registry that sees it."""
    module = f"{host}_routebook"
    site = folder / f"site-{host}"
    info = site / f"{host}_routebook-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {host}-routebook\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[routebook.providers]\n{host} = {module}:make\n", encoding="utf-8")
    (site / f"{module}.py").write_text(source, encoding="utf-8")
    monkeypatch.syspath_prepend(site)
    return Registry()


GOOD = """
class Provider:
    host = "acme"
    simulated = False
    def credentials(self): ...
    def defaults(self): ...
    def check(self, request): ...
    def body(self, request): ...
    async def prepare(self): ...
    async def ask(self, request, sink): ...
    async def models(self): return ["one"]
    async def aclose(self): self.closed = True
make = Provider
"""


# ---- what is known --------------------------------------------------------------------------------------------------


def test_every_host_that_is_built_in_or_preset_is_known(registry: Registry) -> None:
    assert set(registry.known_hosts()) >= {*BUILT_IN, *PRESETS}
    assert registry.known_hosts() == sorted(registry.known_hosts())


@pytest.mark.parametrize("host", [*BUILT_IN, *PRESETS])
def test_every_known_host_has_a_provider_of_its_own_name(registry: Registry, host: str) -> None:
    assert registry.provider_for(host).host == host


def test_an_unknown_host_names_the_nearest_and_how_to_add_a_server(registry: Registry) -> None:
    with pytest.raises(ModelError, match=r"'opnai' is not a known host\. Did you mean 'openai'.*register_server") as e:
        registry.provider_for("opnai")
    assert "\n" not in str(e.value)


def test_a_host_has_one_provider_whichever_thread_asks_first(registry: Registry) -> None:
    ready = threading.Barrier(8)

    def get() -> object:
        ready.wait()
        return registry.provider_for("sim")

    with ThreadPoolExecutor(8) as pool:
        providers = list(pool.map(lambda _: get(), range(8)))
    assert len({id(provider) for provider in providers}) == 1


# ---- registered servers ---------------------------------------------------------------------------------------------


def test_a_registered_server_is_known_and_reached_at_its_address(registry: Registry) -> None:
    registry.register(Server("lab", "http://127.0.0.1:9000/v1/"))
    assert "lab" in registry.known_hosts()
    assert registry.user_servers() == ["lab"]
    server = registry.server("lab")
    assert server is not None
    assert server.base_url == "http://127.0.0.1:9000/v1"


def test_registering_again_replaces_the_provider_and_the_old_one_is_closed_with_the_others(registry: Registry) -> None:
    registry.register(Server("lab", "http://127.0.0.1:9000/v1"))
    old = registry.provider_for("lab")
    registry.register(Server("lab", "http://127.0.0.1:9001/v1"))
    assert registry.provider_for("lab") is not old


@pytest.mark.parametrize("name", ["openai", "anthropic", "bedrock", "azure", "sim", "simcloud"])
def test_an_official_hosts_name_cannot_be_taken_over(registry: Registry, name: str) -> None:
    with pytest.raises(ConfigError, match="built-in host"):
        registry.register(Server(name, "http://127.0.0.1:9000/v1"))


@pytest.mark.parametrize("name", ["Lab", "a b", "", "-x", "lab/x"])
def test_a_name_that_no_model_id_can_have_is_refused(registry: Registry, name: str) -> None:
    with pytest.raises(ConfigError, match="cannot name a server"):
        registry.register(Server(name, "http://127.0.0.1:9000/v1"))


@pytest.mark.parametrize(
    "base_url", ["", "127.0.0.1:9000", "ftp://x/v1", "http://", "http://x:port/v1", "http://[::1/v1"]
)
def test_what_is_no_address_is_refused(base_url: str) -> None:
    with pytest.raises(ConfigError, match="is not an address"):
        checked(Server("lab", base_url))


def test_a_password_in_the_address_is_refused_without_repeating_it() -> None:
    with pytest.raises(ConfigError, match="key_env") as caught:
        checked(Server("lab", "https://me:canary@example.org/v1"))
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("server", [
    Server("lab", "http://llm.example.org/v1", key_env="LAB_KEY"),
    Server("lab", "http://10.0.0.7:8000/v1", headers={"X-Pass": "$LAB_KEY"}),
    Server("lab", "http://127.0.0.1.example.org/v1", key_env="LAB_KEY"),
])  # fmt: skip
def test_a_key_does_not_go_unencrypted_over_a_network(server: Server) -> None:
    with pytest.raises(ConfigError, match="LAB_KEY would go unencrypted"):
        checked(server)


@pytest.mark.parametrize("server", [
    Server("lab", "http://llm.example.org/v1"),
    Server("lab", "https://llm.example.org/v1", key_env="LAB_KEY"),
    Server("lab", "http://localhost:8000/v1", key_env="LAB_KEY"),
    Server("lab", "http://[::1]:8000/v1", key_env="LAB_KEY"),
    Server("lab", "http://127.0.0.53:8000/v1", key_env="LAB_KEY"),
])  # fmt: skip
def test_a_key_may_go_encrypted_or_stay_on_this_machine(server: Server) -> None:
    assert checked(server).key_env == server.key_env


def test_a_key_where_its_variables_name_belongs_is_refused_without_repeating_it() -> None:
    with pytest.raises(ConfigError, match="environment variable") as caught:
        checked(Server("lab", "https://example.org/v1", key_env="sk-proj-canary0123456789"))
    assert "canary" not in str(caught.value)


def test_a_header_comes_from_the_environment_when_it_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server("lab", "https://example.org/v1", headers={"X-Team": "nlp", "X-Pass": "$LAB_PASS"})
    with pytest.raises(CredentialsError, match=r"X-Pass comes from \$LAB_PASS, which is not set"):
        server.header_values()
    monkeypatch.setenv("LAB_PASS", "canary-pass")
    assert server.header_values() == {"X-Team": "nlp", "X-Pass": "canary-pass"}
    assert "canary" not in repr(server)


# ---- presets --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(PRESETS))
def test_a_preset_is_in_order(name: str) -> None:
    preset = PRESETS[name]
    assert checked(preset) == preset
    assert preset.name == name
    assert not preset.free
    assert preset.local == (preset.key_env is None)
    assert ("register_server" in preset.start_hint) == preset.local


@pytest.mark.parametrize(("given", "base_url"), [
    ("0.0.0.0", "http://127.0.0.1:11434/v1"),
    ("0.0.0.0:9999", "http://127.0.0.1:9999/v1"),
    (":9999", "http://127.0.0.1:9999/v1"),
    ("box", "http://box:11434/v1"),
    ("http://box", "http://box:80/v1"),
    ("https://box/", "https://box:443/v1"),
    ("http://box:1234/ollama/v1", "http://box:1234/ollama/v1"),
    ("[::1]:9999", "http://[::1]:9999/v1"),
    ("::1", "http://[::1]:11434/v1"),
])  # fmt: skip
def test_ollama_is_where_its_own_variable_says(given: str, base_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", given)
    assert checked(located(PRESETS["ollama"])).base_url == base_url


def test_a_local_presets_address_may_lack_its_version(monkeypatch: pytest.MonkeyPatch, registry: Registry) -> None:
    monkeypatch.setenv("VLLM_BASE_URL", "http://127.0.0.1:9000/")
    server = registry.server("vllm")
    assert server is not None
    assert server.base_url == "http://127.0.0.1:9000/v1"


# ---- config.toml ----------------------------------------------------------------------------------------------------


def test_a_configured_server_is_known_and_reads_its_settings(registry: Registry) -> None:
    config_path().write_text(
        "[servers.lab]\nbase_url = 'https://example.org/v1'\nkey_env = 'LAB_KEY'\n[servers.ollama]\nfree = true\n",
        encoding="utf-8",
    )
    assert "lab" in registry.known_hosts()
    lab, ollama = registry.server("lab"), registry.server("ollama")
    assert lab is not None
    assert (lab.base_url, lab.key_env, lab.free) == ("https://example.org/v1", "LAB_KEY", False)
    assert ollama is not None
    assert (ollama.base_url, ollama.free) == (PRESETS["ollama"].base_url, True)
    assert registry.user_servers() == ["lab", "ollama"]


def test_a_presets_key_is_not_sent_to_another_address(registry: Registry) -> None:
    config_path().write_text("[servers.groq]\nbase_url = 'https://elsewhere.example.org/v1'\n", encoding="utf-8")
    server = registry.server("groq")
    assert server is not None
    assert server.key_env is None


def test_a_configured_server_without_an_address_says_so(registry: Registry) -> None:
    config_path().write_text("[servers.lab]\nkey_env = 'LAB_KEY'\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="base_url is missing"):
        registry.provider_for("lab")


def test_a_broken_file_does_not_keep_the_built_in_hosts_from_being_asked(registry: Registry) -> None:
    config_path().write_text("[servers.openai]\nbase_url = 'http://x'\n[oops", encoding="utf-8")
    assert registry.provider_for("sim").host == "sim"
    with pytest.raises(ConfigError):
        registry.provider_for("lab")


def test_the_file_cannot_take_over_an_official_host(registry: Registry) -> None:
    config_path().write_text("[servers.openai]\nbase_url = 'http://127.0.0.1:1/v1'\n", encoding="utf-8")
    assert registry.server("openai") is None


# ---- packages -------------------------------------------------------------------------------------------------------


async def test_a_package_adds_a_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = provide(tmp_path, "acme", GOOD, monkeypatch)
    assert "acme" in registry.known_hosts()
    assert await registry.provider_for("acme").models() == ["one"]


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("raise RuntimeError('bad build')", "failed with RuntimeError: bad build"),
        ("make = None", "failed with TypeError"),
        ("", "failed with AttributeError"),
        ("import no_such_module_anywhere\n", "failed with ModuleNotFoundError"),
        (GOOD.replace('host = "acme"', 'host = "openai"'), "says its host is 'openai'"),
        (GOOD.replace("simulated = False", ""), "does not say whether it is simulated"),
        (GOOD.replace("def body", "def corpus"), "has no body()"),
        (GOOD.replace("async def ask", "def ask"), "ask() has to be an async function"),
        (GOOD.replace("def check", "async def check"), "check() has to be a plain function"),
        (GOOD + "\ndef make(): raise ValueError('key sk-proj-canary0123456789 bad')", "ValueError: key [hidden] bad"),
    ],
)
def test_a_broken_package_is_named_and_hurts_no_other_host(
    source: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "acme_routebook", raising=False)
    registry = provide(tmp_path, "acme", source, monkeypatch)
    with pytest.raises(ModelError) as caught:
        registry.provider_for("acme")
    assert "package acme-routebook" in str(caught.value)
    assert what in str(caught.value)
    assert registry.provider_for("sim").host == "sim"


def test_a_package_cannot_take_over_an_official_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = provide(tmp_path, "sim", "make = None", monkeypatch)
    assert registry.provider_for("sim").simulated


async def test_closing_reaches_every_provider_even_when_one_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = GOOD.replace("self.closed = True", "raise OSError('already gone')")
    provide(tmp_path, "aaa", failing.replace('"acme"', '"aaa"'), monkeypatch)
    registry = provide(tmp_path, "zzz", GOOD.replace('"acme"', '"zzz"'), monkeypatch)
    registry.provider_for("aaa")
    last = registry.provider_for("zzz")
    with pytest.raises(ExceptionGroup, match="closing"):
        await registry.close_all()
    assert vars(last) == {"closed": True}
