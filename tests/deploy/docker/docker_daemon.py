"""A Docker daemon of the test's own, in the namespaces of the process that starts it."""

import collections
import os
import pathlib
import subprocess
import tempfile
import time

DEADLINE_S = 120.0
# Its containers' interpreter is the host's, so that no image has to be fetched.
_FROM_HOST = ("/usr", "/lib", "/lib64")
_PYTHON = ("/usr/bin/python3", "-IBS")
_IMAGE = "holder"
_HOLDER = pathlib.Path(__file__).with_name("holder.py")
_HOLDER_IN_IMAGE = "/etc/holder.py"


def wait_until(condition, what, deadline_s=DEADLINE_S):
    """Polls until `condition()` is true and returns what it gave."""
    end = time.monotonic() + deadline_s
    while not (outcome := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"waited {deadline_s:.0f} s in vain for: {what}")
        time.sleep(0.05)
    return outcome


class DockerDaemon:
    """A context, after which neither the daemon nor a container runs. All that it leaves is in a folder,
    and in a cgroup of that folder's name: scripts/test_docker.sh removes both."""

    def __init__(self, folder):
        self._cgroup = os.path.basename(folder)
        self._folder = tempfile.mkdtemp(dir=folder)
        self._host = f"unix://{self._folder}/docker.socket"
        self._log = open(f"{self._folder}/log", "w+b")
        self._process = None
        self._starts = collections.Counter()

    def __enter__(self):
        try:
            self._start()
            self._make_image()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self._process and self._process.poll() is None:
            names = self.docker("ps", "--all", "--quiet", check=False).split()
            if names:
                self.docker("rm", "--force", *names, check=False)
            self._process.terminate()
            try:
                self._process.wait(DEADLINE_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._log.close()

    def log(self):
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def _start(self):
        self._process = subprocess.Popen(
            ["dockerd", f"--data-root={self._folder}/data", f"--exec-root={self._folder}/run",
             f"--pidfile={self._folder}/pid", f"--host={self._host}",
             # Debian's default with cgroup v1 and v2 side by side; below it as ever, "docker/ID".
             "--exec-opt=native.cgroupdriver=cgroupfs", f"--cgroup-parent=/{self._cgroup}/docker"],
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log)

        def answers():
            if self._process.poll() is not None:
                raise AssertionError(f"dockerd ended: {self.log()}")
            return self._run("version", check=False).returncode == 0
        wait_until(answers, "dockerd to answer")

    def _make_image(self):
        with tempfile.TemporaryDirectory() as root:
            for path in ("proc", "sys", "dev", "etc", *(path.strip("/") for path in _FROM_HOST)):
                os.mkdir(f"{root}/{path}")
            archive = f"{self._folder}/image.tar"
            subprocess.run(["tar", "-C", root, "-cf", archive, "."], check=True)
        self.docker("import", archive, _IMAGE)

    def _run(self, *arguments, check=True):
        result = subprocess.run(["/usr/bin/docker", f"--host={self._host}", *arguments], text=True,
                                capture_output=True, stdin=subprocess.DEVNULL, timeout=DEADLINE_S,
                                check=False)
        if check and result.returncode != 0:
            raise AssertionError(f"docker {arguments} gave {result.returncode}: {result.stderr}")
        return result

    def docker(self, *arguments, check=True):
        return self._run(*arguments, check=check).stdout.strip()

    def run(self, name, *arguments, flags=()):
        """Starts a container in which Python gets these arguments, and gives its id."""
        self._starts[name] = 1
        volumes = [f"--volume={path}:{path}:ro" for path in _FROM_HOST]
        return self.docker("run", "--detach", f"--name={name}", *flags, *volumes, _IMAGE, *_PYTHON,
                           *arguments)

    def hold(self, name, numbers, *flags):
        """Starts one with so many sockets, see holder.py, and gives its id."""
        return self.run(name, _HOLDER_IN_IMAGE, *map(str, numbers),
                        flags=(*flags, f"--volume={_HOLDER}:{_HOLDER_IN_IMAGE}:ro"))

    def start_again(self, command, *names):
        """By that command of Docker's, `start` or `restart --time=5`."""
        self._starts.update(names)
        self.docker(*command.split(), *names)

    def wait_until_ready(self, name):
        """Each start says so once, and maybe before Docker says that it has started."""
        def is_ready():
            return self.docker("logs", name).split().count("ready") == self._starts[name]
        wait_until(is_ready, f"{name} to hold its sockets")

    def inspect(self, name, form):
        return self.docker("inspect", f"--format={form}", name)

    def pid(self, name):
        return int(self.inspect(name, "{{.State.Pid}}"))
