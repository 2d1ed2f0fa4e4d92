"""--web.config.file: passwords, headers and the rate limit."""

import base64
import concurrent.futures

import support
import web_clients

PATHS = ("/metrics", "/", "/-/healthy", "/-/ready", "/-/reload", "/nowhere")
PASSWORD = "correct horse: battery \u00e4 staple"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'",
    "X-Frame-Options": "deny",
    "X-Content-Type-Options": "nosniff",
    "X-XSS-Protection": "1; mode=block",
    "Strict-Transport-Security": "max-age=86400",
}


def users(**hashes):
    return "basic_auth_users:\n" + "".join(f"  {user}: {text}\n" for user, text in hashes.items())


class AuthCase(web_clients.WebCase):
    """Plain HTTP on a unix socket: who is encrypted and who has a password are two questions."""

    def start_plain(self, config, *flags):
        return self.start(config, *flags, listen=[f"unix:{self.folder}/web.socket"])

    def status(self, exporter, user, password, path="/metrics", **options):
        return exporter.get(path, headers=web_clients.basic(user, password), **options).status


class BasicAuthTest(AuthCase):
    """basic_auth_users."""

    def setUp(self):
        super().setUp()
        self.hash = web_clients.bcrypt(PASSWORD)
        self.exporter = self.start_plain(users(prometheus=self.hash), "--web.enable-lifecycle",
                                         "--log.level=debug")

    def test_the_right_password_opens_every_path(self):
        support.wait_until(
            lambda: self.status(self.exporter, "prometheus", PASSWORD, "/-/ready") == 200, "ready")
        statuses = [self.status(self.exporter, "prometheus", PASSWORD, path) for path in PATHS]
        self.assertEqual(statuses, [200, 200, 200, 200, 405, 404])
        self.assertEqual(self.status(self.exporter, "prometheus", PASSWORD, "/-/reload",
                                     method="POST"), 200)

    def test_others_see_no_path(self):
        """Not even which ones there are."""
        right = base64.b64encode(f"prometheus:{PASSWORD}".encode()).decode()
        values = [None, "", "Basic", "Basic !", f"Bearer {right}", right,
                  *(web_clients.basic(*pair)["Authorization"] for pair in (
                      ("prometheus", "wrong"), ("prometheus", ""), ("", PASSWORD), ("", ""),
                      ("Prometheus", PASSWORD), ("nobody", PASSWORD), ("prometheus", self.hash),
                      ("prometheus", PASSWORD + " "), ("prometheus", PASSWORD[:-1])))]
        for path in PATHS:
            for method in ("GET", "HEAD", "POST", "OPTIONS"):
                for value in values:
                    headers = {} if value is None else {"Authorization": value}
                    answer = self.exporter.get(path, method=method, headers=headers)
                    self.assertEqual(answer.status, 401, (path, method, value))
                    self.assertRegex(answer.headers["WWW-Authenticate"], "^Basic")
                    self.assertNotIn(b"sockdiag", answer.body)
        self.assertEqual(self.exporter.logged(trigger="http"), [], "nobody may reload")

    def test_nothing_secret_is_shown(self):
        self.status(self.exporter, "prometheus", PASSWORD)
        self.status(self.exporter, "prometheus", "a wrong secret")
        page = self.exporter.get("/", headers=web_clients.basic("prometheus", PASSWORD)).text
        metrics = self.exporter.get(headers=web_clients.basic("prometheus", PASSWORD)).text
        self.exporter.stop()
        shown = "\n".join([page, metrics, *self.exporter.log_lines()])
        for secret in (PASSWORD, self.hash, self.hash[-31:], "a wrong secret",
                       base64.b64encode(PASSWORD.encode()).decode(),
                       *web_clients.basic("prometheus", PASSWORD).values()):
            self.assertNotIn(secret, shown)

    def test_scrapes_at_once_are_all_let_in(self):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(
                lambda _: self.status(self.exporter, "prometheus", PASSWORD), range(64)))
        self.assertEqual(set(statuses), {200})


class HealthPathsTest(AuthCase):
    """web.unauthenticated_health of the exporter's configuration."""

    def test_health_paths_may_be_open(self):
        """As the configuration says, from a reload on."""
        config = support.temporary_file(self, "web: {unauthenticated_health: true}\n")
        exporter = self.start_plain(users(prometheus=web_clients.bcrypt(PASSWORD)),
                                    f"--config.file={config}",
                                    "--web.enable-lifecycle")
        exporter.wait_for_first_collection()
        self.assertEqual([exporter.get(path).status for path in PATHS],
                         [401, 401, 200, 200, 401, 401])
        with open(config, "w", encoding="utf-8") as file:
            file.write("web: {unauthenticated_health: false}\n")
        self.assertEqual(self.status(exporter, "prometheus", PASSWORD, "/-/reload",
                                     method="POST"), 200)
        self.assertEqual({exporter.get(path).status for path in PATHS}, {401})


class HashesTest(AuthCase):
    """Hashes as htpasswd and others write them."""

    def test_every_prefix(self):
        prefixes = ("2y", "2a", "2b")
        exporter = self.start_plain(users(
            **{f"user{prefix}": web_clients.bcrypt(f"secret {prefix}", prefix)
               for prefix in prefixes}))
        for prefix in prefixes:
            self.assertEqual(self.status(exporter, f"user{prefix}", f"secret {prefix}"), 200)
            self.assertEqual(self.status(exporter, f"user{prefix}", "secret"), 401)

    def test_one_user_is_not_another(self):
        exporter = self.start_plain(users(a=web_clients.bcrypt("of a"),
                                          b=web_clients.bcrypt("of b")))
        for _ in range(2):  # computed, and known again
            for user in "ab":
                for owner in "ab":
                    self.assertEqual(self.status(exporter, user, f"of {owner}"),
                                     200 if user == owner else 401)

    def test_curl_over_tls(self):
        exporter = self.start(self.tls() + users(prometheus=web_clients.bcrypt(PASSWORD)))
        answers = [web_clients.curl(exporter, *self.trust(), "--user", f"prometheus:{password}")
                   for password in (PASSWORD, "wrong")]
        self.assertEqual([answer.status for answer in answers], [200, 401])
        self.assertIn("sockdiag_sockets{", answers[0].body)


class HeadersTest(AuthCase):
    """http_server_config.headers."""

    def test_they_are_on_every_answer(self):
        config = "http_server_config:\n  headers:\n" + "".join(
            f'    {name}: "{value}"\n' for name, value in HEADERS.items())
        exporter = self.start_plain(config + users(prometheus=web_clients.bcrypt(PASSWORD)))
        for path in PATHS:
            for headers in ({}, web_clients.basic("prometheus", PASSWORD)):
                answer = exporter.get(path, headers=headers)
                for name, value in HEADERS.items():
                    self.assertEqual(answer.headers.get_all(name), [value], path)

    def test_only_those_that_are_asked_for(self):
        config = "http_server_config: {headers: {X-Frame-Options: sameorigin}}\n"
        answer = self.start_plain(config).get()
        self.assertEqual(answer.headers["X-Frame-Options"], "sameorigin")
        for name in ("Strict-Transport-Security", "Content-Security-Policy", "X-XSS-Protection"):
            self.assertNotIn(name, answer.headers)


class RateLimitTest(AuthCase):
    """rate_limit."""

    def test_above_the_burst_it_answers_429(self):
        exporter = self.start_plain("rate_limit: {interval: 1h, burst: 5}\n")
        statuses = [exporter.get(PATHS[number % 3]).status for number in range(20)]
        self.assertEqual(statuses, [200] * 5 + [429] * 15)

    def test_guessing_passwords_is_held_back(self):
        exporter = self.start_plain("rate_limit: {interval: 1h, burst: 3}\n" +
                                    users(prometheus=web_clients.bcrypt(PASSWORD)))
        statuses = [self.status(exporter, "prometheus", f"guess {number}") for number in range(5)]
        self.assertEqual(statuses, [401, 401, 401, 429, 429])
        self.assertEqual(self.status(exporter, "prometheus", PASSWORD), 429)

    def test_tokens_come_back(self):
        exporter = self.start_plain("rate_limit: {interval: 2s, burst: 1}\n")
        support.wait_until(lambda: exporter.get("/-/healthy").status == 429, "the limit")
        support.wait_until(lambda: exporter.get("/-/healthy").status == 200, "a token")

    def test_no_limit_with_interval_0(self):
        exporter = self.start_plain("rate_limit: {interval: 0, burst: 1}\n")
        self.assertEqual({exporter.get("/-/healthy").status for _ in range(50)}, {200})


if __name__ == "__main__":
    support.main()
