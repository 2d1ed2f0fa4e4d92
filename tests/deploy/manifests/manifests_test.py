"""deploy/docker and deploy/kubernetes against their schemas; scripts/check_deploy.sh runs it.

Kubernetes's JSON schemas accept a field that they do not know, such as a misspelt one. Its types
for TypeScript do not, in an object literal: so each manifest becomes one, and the compiler checks
it."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import jsonschema
import yaml

SOURCE = pathlib.Path(__file__).resolve().parents[3]
BUILD = SOURCE / "build/deploy"
MODULES = BUILD / "node_modules"
DOCKER = SOURCE / "deploy/docker"
KUBERNETES = SOURCE / "deploy/kubernetes"
EXPORTER = os.environ["SOCKDIAG_EXPORTER"]
PROMTOOL = SOURCE / "build/peers/usr/bin/promtool"


def load(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def module_of(manifest):
    """Where the types of a manifest's kind are."""
    group, _, version = manifest["apiVersion"].rpartition("/")
    package = "@kubernetes-models/prometheus-operator" if group.endswith("coreos.com") \
        else "kubernetes-models"
    return "/".join(part for part in (package, group, version, manifest["kind"]) if part)


def type_errors(manifests):
    """What the compiler says of them, empty when all is well."""
    lines = []
    for number, manifest in enumerate(manifests):
        kind = manifest["kind"]
        lines.append(f'import {{ I{kind} as T{number} }} from "{module_of(manifest)}";')
        lines.append(f"export const m{number}: T{number} = {json.dumps(manifest, indent=1)};")
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        file = pathlib.Path(folder) / "manifests.ts"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        result = run(str(MODULES / ".bin/tsc"), "--noEmit", "--strict", "--skipLibCheck",
                     "--pretty", "--target", "es2020", "--moduleResolution", "node", str(file))
    return result.stdout + result.stderr


def kustomizations():
    return sorted(path.parent for path in KUBERNETES.glob("*/kustomization.yaml"))


def written_manifests(folder):
    """The manifests that a kustomization lists, without those of another one."""
    resources = load(folder / "kustomization.yaml")["resources"]
    return [load(folder / name) for name in resources if name.endswith(".yaml")]


class ComposeTest(unittest.TestCase):
    """compose.yaml, and what it mounts."""

    def setUp(self):
        self.compose = load(DOCKER / "compose.yaml")
        schema = MODULES / "dclint/schemas/compose.schema.json"
        self.schema = jsonschema.Draft7Validator(json.loads(schema.read_text(encoding="utf-8")))

    def test_it_keeps_to_the_schema(self):
        self.schema.validate(self.compose)

    def test_the_schema_finds_a_misspelt_key(self):
        self.compose["services"]["exporter"]["readonly"] = True
        with self.assertRaises(jsonschema.ValidationError):
            self.schema.validate(self.compose)

    def test_what_it_mounts_is_there(self):
        for name, service in self.compose["services"].items():
            for volume in service.get("volumes", []):
                source = volume.split(":")[0]
                if source.startswith("."):
                    self.assertTrue((DOCKER / source).exists(), f"{name}: {source}")
                else:
                    self.assertIn(source, self.compose["volumes"])

    def test_images_are_pinned(self):
        for name, service in self.compose["services"].items():
            self.assertRegex(service["image"], r":v?[0-9]+\.[0-9]+\.[0-9]+$", name)

    def test_prometheus_takes_its_configuration_and_the_rules(self):
        text = (DOCKER / "prometheus.yaml").read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "prometheus.yaml"
            rules = SOURCE / "deploy/prometheus/rules"
            file.write_text(text.replace("/etc/prometheus/rules", str(rules)), encoding="utf-8")
            result = run(str(PROMTOOL), "check", "config", str(file))
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn("rules found", result.stdout)


class ManifestsTest(unittest.TestCase):
    """The manifests as they are written and, with kubectl, as kustomize renders them."""

    def test_they_keep_to_their_types(self):
        manifests = [manifest for folder in kustomizations()
                     for manifest in written_manifests(folder)]
        kinds = {manifest["kind"] for manifest in manifests}
        self.assertEqual(kinds, {"Namespace", "ServiceAccount", "DaemonSet", "NetworkPolicy",
                                 "PodMonitor"})
        self.assertEqual(type_errors(manifests), "")

    def test_the_types_find_mistakes(self):
        daemonset = load(KUBERNETES / "base/daemonset.yaml")
        pod = daemonset["spec"]["template"]["spec"]
        for key, value in (("hostNetwork", "true"), ("hostNetwrk", True)):
            with self.subTest(key=key):
                pod[key] = value
                self.assertIn(key, type_errors([daemonset]))
                pod[key] = True

    def test_every_file_is_in_a_kustomization(self):
        for folder in kustomizations():
            kustomization = load(folder / "kustomization.yaml")
            generated = [name for generator in kustomization.get("configMapGenerator", [])
                         for name in generator["files"]]
            here = {path.name for path in folder.iterdir()} - {"kustomization.yaml"}
            listed = {name for name in kustomization["resources"] + generated
                      if not name.startswith("..")}
            self.assertEqual(here, listed, folder)

    @unittest.skipUnless(shutil.which("kubectl"), "kubectl is not installed")
    def test_what_kustomize_renders(self):
        for folder in kustomizations():
            result = run("kubectl", "kustomize", str(folder))
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            manifests = list(yaml.safe_load_all(result.stdout))
            self.assertEqual(type_errors(manifests), "")
            self.check_rendered({manifest["kind"]: manifest for manifest in manifests})

    def check_rendered(self, by_kind):
        """The parts find one another."""
        pod = by_kind["DaemonSet"]["spec"]["template"]
        config, = [volume["configMap"]["name"] for volume in pod["spec"]["volumes"]]
        self.assertEqual(config, by_kind["ConfigMap"]["metadata"]["name"])
        self.assertEqual(pod["spec"]["serviceAccountName"],
                         by_kind["ServiceAccount"]["metadata"]["name"])
        for kind, manifest in by_kind.items():
            if kind == "Namespace":
                continue
            self.assertEqual(manifest["metadata"]["namespace"],
                             by_kind["Namespace"]["metadata"]["name"], kind)
        labels = pod["metadata"]["labels"]
        for kind in {"PodMonitor", "NetworkPolicy"} & by_kind.keys():
            spec = by_kind[kind]["spec"]
            selector = spec.get("selector", spec.get("podSelector"))["matchLabels"]
            self.assertLessEqual(selector.items(), labels.items(), kind)


class PodTest(unittest.TestCase):
    """What the pod asks for is what the exporter takes, and no privilege more."""

    def setUp(self):
        self.pod = load(KUBERNETES / "base/daemonset.yaml")["spec"]["template"]["spec"]
        self.container, = self.pod["containers"]

    def test_the_exporter_takes_its_flags_and_configuration(self):
        config = KUBERNETES / "base/sockdiag_exporter.yaml"
        args = [argument.replace("/etc/sockdiag_exporter", str(config.parent))
                for argument in self.container["args"]]
        result = run(EXPORTER, *args, "--config.check")
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "OK\n", ""))

    def test_it_keeps_to_the_restricted_standard_but_for_the_network(self):
        """https://kubernetes.io/docs/concepts/security/pod-security-standards/, "restricted"."""
        security = self.container["securityContext"]
        self.assertEqual(security["capabilities"], {"drop": ["ALL"]})
        self.assertIs(security["allowPrivilegeEscalation"], False)
        self.assertIs(security["readOnlyRootFilesystem"], True)
        self.assertIs(self.pod["securityContext"]["runAsNonRoot"], True)
        self.assertEqual(self.pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault")
        self.assertIs(self.pod["automountServiceAccountToken"], False)
        self.assertLessEqual({"hostPID", "hostIPC"} & self.pod.keys(), set())
        self.assertEqual({kind for volume in self.pod["volumes"] for kind in volume} - {"name"},
                         {"configMap"})

    def test_the_user_is_the_images(self):
        dockerfile = (DOCKER / "Dockerfile").read_text(encoding="utf-8")
        security = self.pod["securityContext"]
        self.assertIn(f"\nUSER {security['runAsUser']}:{security['runAsGroup']}\n", dockerfile)


if __name__ == "__main__":
    unittest.main(verbosity=2)
