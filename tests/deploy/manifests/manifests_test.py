"""deploy/docker and deploy/kubernetes against their schemas; scripts/check_deploy.sh runs it.

Kubernetes's JSON schemas accept a field that they do not know, such as a misspelt one. Its types
for TypeScript do not, in an object literal: so each manifest becomes one, and the compiler checks
it."""

import copy
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


def merged(value, patch):
    """What a strategic merge makes of them: mappings by their keys, lists of mappings by names."""
    if isinstance(value, dict) and isinstance(patch, dict):
        return {key: merged(value.get(key), patch[key]) if key in patch else value[key]
                for key in [*value, *(key for key in patch if key not in value)]}
    if isinstance(value, list) and patch and isinstance(patch[0], dict):
        patches = {part["name"]: part for part in patch}
        return [merged(part, patches.pop(part["name"], part)) for part in value] + list(patches.values())
    return copy.deepcopy(patch)


def daemonset(folder):
    """Of a kustomization: the base's, with the patches on the way."""
    kustomization = load(folder / "kustomization.yaml")
    if "daemonset.yaml" in kustomization["resources"]:
        found = load(folder / "daemonset.yaml")
    else:
        base, = [name for name in kustomization["resources"] if name.startswith("..")]
        found = daemonset((folder / base).resolve())
    for patch in kustomization.get("patches", []):
        found = merged(found, load(folder / patch["path"]))
    return found


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


def without_names(spec):
    """That are kustomize's to give, and without an order of volumes."""
    made = copy.deepcopy(spec)
    pod = made["template"]["spec"]
    for container in pod["containers"]:
        del container["image"]
        container["volumeMounts"].sort(key=lambda mount: mount["name"])
    pod["volumes"].sort(key=lambda volume: volume["name"])
    for volume in pod["volumes"]:
        volume.get("configMap", {}).pop("name", None)
    return made


class ManifestsTest(unittest.TestCase):
    """The manifests as they are written and, with kubectl, as kustomize renders them."""

    def test_they_keep_to_their_types(self):
        manifests = [manifest for folder in kustomizations()
                     for manifest in written_manifests(folder)]
        kinds = {manifest["kind"] for manifest in manifests}
        self.assertEqual(kinds, {"Namespace", "ServiceAccount", "DaemonSet", "NetworkPolicy",
                                 "PodMonitor"})
        self.assertEqual(type_errors(manifests), "")

    def test_patches_keep_to_their_types(self):
        self.assertEqual(type_errors([daemonset(folder) for folder in kustomizations()]), "")

    def test_the_types_find_mistakes(self):
        manifest = load(KUBERNETES / "base/daemonset.yaml")
        pod = manifest["spec"]["template"]["spec"]
        for key, value in (("hostNetwork", "true"), ("hostNetwrk", True)):
            with self.subTest(key=key):
                pod[key] = value
                self.assertIn(key, type_errors([manifest]))
                pod[key] = True

    def test_every_file_is_in_a_kustomization(self):
        for folder in kustomizations():
            kustomization = load(folder / "kustomization.yaml")
            generated = [name for generator in kustomization.get("configMapGenerator", [])
                         for name in generator["files"]]
            generated += [patch["path"] for patch in kustomization.get("patches", [])]
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
            by_kind = {manifest["kind"]: manifest for manifest in manifests}
            self.check_rendered(by_kind)
            self.assertEqual(
                without_names(by_kind["DaemonSet"]["spec"]), without_names(daemonset(folder)["spec"]))

    def check_rendered(self, by_kind):
        """The parts find one another."""
        pod = by_kind["DaemonSet"]["spec"]["template"]
        config, = [volume["configMap"]["name"] for volume in pod["spec"]["volumes"]
                   if "configMap" in volume]
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


def pod_of(name):
    return daemonset(KUBERNETES / name)["spec"]["template"]["spec"]


class PodTest(unittest.TestCase):
    """What the pod asks for is what the exporter takes, and no privilege more."""

    def setUp(self):
        self.pod = pod_of("base")
        self.container, = self.pod["containers"]

    def test_the_exporter_takes_its_flags_and_configurations(self):
        configs = sorted(KUBERNETES.glob("*/sockdiag_exporter.yaml"))
        self.assertEqual([path.parent.name for path in configs], ["base", "namespaces"])
        for config in configs:
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

    def test_names_of_pods_take_the_cgroups_and_the_logs_folders_to_read(self):
        pod = pod_of("owners")
        container, = pod["containers"]
        self.assertEqual({volume["hostPath"]["path"] for volume in pod["volumes"] if "hostPath" in volume},
                         {"/sys/fs/cgroup", "/var/log/pods", "/var/log/containers"})
        for mount in container["volumeMounts"]:
            self.assertIs(mount["readOnly"], True)
        paths = {volume["name"]: volume["hostPath"]["path"] for volume in pod["volumes"]
                 if "hostPath" in volume}
        self.assertEqual({mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]
                          if mount["name"] in paths}, paths)

    def test_names_of_pods_take_no_privilege(self):
        pod = pod_of("owners")
        container, = pod["containers"]
        self.assertEqual(container["securityContext"], self.container["securityContext"])
        self.assertEqual(pod["securityContext"],
                         {**self.pod["securityContext"], "supplementalGroups": [0]})
        self.assertNotIn("hostPID", pod)

    def test_other_namespaces_take_two_capabilities_and_the_nodes_processes(self):
        pod, owners = pod_of("namespaces"), pod_of("owners")
        container, = pod["containers"]
        security = container["securityContext"]
        self.assertEqual(security["capabilities"],
                         {"drop": ["ALL"], "add": ["SYS_ADMIN", "SYS_PTRACE"]})
        self.assertIs(security["readOnlyRootFilesystem"], True)
        self.assertNotIn("privileged", security)
        self.assertIs(pod["hostPID"], True)
        self.assertNotIn("hostIPC", pod)
        # Capabilities that are added are root's alone.
        self.assertEqual(pod["securityContext"]["runAsUser"], 0)
        self.assertEqual(pod["volumes"], owners["volumes"])
        config = load(KUBERNETES / "namespaces/sockdiag_exporter.yaml")
        self.assertIs(config["namespaces"]["enabled"], True)

    def test_the_user_is_the_images(self):
        dockerfile = (DOCKER / "Dockerfile").read_text(encoding="utf-8")
        security = self.pod["securityContext"]
        self.assertIn(f"\nUSER {security['runAsUser']}:{security['runAsGroup']}\n", dockerfile)


if __name__ == "__main__":
    unittest.main(verbosity=2)
