"""Every notation in which people write passwords: the whole value is found, and little else."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from codegrex_lsp.privacy.detect.assignments import Assignments
from codegrex_lsp.privacy.detect.commands import Commands
from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.detect.tables import Separated, Tables
from codegrex_lsp.privacy.detect.urls import Cookies, Headers, UrlCredentials

PASSWORDS = ["hunter" + "2xyz", "Summer" + "2024!", "correct-horse-" + "battery-9"]

NOTATIONS = [
    ("python", "", 'password = "{}"'),
    ("python", "", "PASSWORD = '{}'"),
    ("python", "", 'db_password: str = "{}"'),
    ("python", "", 'conn = connect(host="db", user="app", password="{}")'),
    ("python", "", 'cfg = {{"user": "app", "password": "{}"}}'),
    ("python", "", "os.environ['DB_PASSWORD'] = '{}'"),
    ("python", "", 'pw = os.getenv("DB_PASS", "{}")'),
    ("python", "", 'self.admin_password = "{}"'),
    ("python", "", 'parser.add_argument("--password", default="{}")'),
    ("python", "", 'password = os.environ.get("X") or "{}"'),
    ("python", "", 'user, password = "app", "{}"'),
    ("python", "", 'if password == "{}":'),
    ("python", "", "passwd = b'{}'"),
    ("python", "", 'subprocess.run(["mysql", "--password", "{}"])'),
    ("python", "", 'subprocess.run(["mysql", "--password={}"])'),
    ("python", "", 'password = SecretStr("{}")'),
    ("python", "", 'requests.get(u, auth=("bob", "{}"))'),
    ("python", "", 'requests.get(u, auth=HTTPBasicAuth("bob", "{}"))'),
    ("python", "", 'smtp.login("bob@x.org", "{}")'),
    ("python", "", 'client.login(username="bob", password="{}")'),
    ("python", "", 'assert user.check_password("{}")'),
    ("python", "", 'bcrypt.hashpw(b"{}", salt)'),
    ("python", "", 'ftp = FTP("ftp.host", "bob", "{}")'),
    ("python", "", 'cx_Oracle.connect("scott/{}@db:1521/orcl")'),
    ("python", "", 'page.get_by_label("Password").fill("{}")'),
    ("java", "", 'driver.findElement(By.id("password")).sendKeys("{}");'),
    ("java", "", 'Algorithm.HMAC256("{}");'),
    ("kotlin", "", 'val storePassword by extra("{}")'),
    ("rust", "", '.basic_auth("admin", Some("{}"))'),
    ("perl", "", 'DBI->connect("dbi:mysql:shop", "root", "{}");'),
    ("cpp", "", 'mysql_real_connect(c, "localhost", "root", "{}", "shop", 0, NULL, 0);'),
    ("go", "", 'bcrypt.GenerateFromPassword([]byte("{}"), 10)'),
    ("javascript", "", "await page.fill('input[name=\"password\"]', '{}');"),
    ("javascript", "", "cy.get('#password').clear().type('{}');"),
    ("javascript", "", "app.use(session({{ secret: '{}', resave: false }}));"),
    ("gherkin", "", 'And I enter "{}" in the password field'),
    ("yaml", "", "- {{name: REDIS_PASSWORD, value: {}}}"),
    ("gherkin", "", "| user  | password |\n| alice | {} |"),
    ("shellscript", "", "keytool -storepass {} -list"),
    ("shellscript", "", 'ssh-keygen -t ed25519 -N "{}" -f k'),
    ("shellscript", "", "rclone obscure '{}'"),
    ("shellscript", "", 'echo -n "{}" | kinit svc_app'),
    ("python", "", 'keyring.set_password("svc", "bob", "{}")'),
    ("java", "", 'new UsernamePasswordToken("bob", "{}");'),
    ("java", "", 'env.put(Context.SECURITY_CREDENTIALS, "{}");'),
    ("yaml", "", "snmpv3: {{user: mon, privpass: {}}}"),
    ("python", "", 'PASSWORD, USER = "{}", "app"'),
    ("python", "", '(user, pw) = ("readonly", "{}")'),
    ("javascript", "", "const [user, pass] = ['readonly', '{}'];"),
    ("scala", "", 'val (user, password) = ("readonly", "{}")'),
    ("shellscript", "", 'gpg --batch --passphrase "{}" -d x.gpg'),
    ("powershell", "", "Invoke-Sqlcmd -Username sa -Password '{}' -Query x"),
    ("sql", "", "UPDATE users SET pass=MD5('{}') WHERE login='x';"),
    ("perl", "", '$ENV{{DB_PASS}} = "{}";'),
    ("swift", "", 'keychain.set("{}", forKey: "password")'),
    ("groovy", "", "storePassword x; keyPassword '{}'"),
    ("elixir", "", '@admin_password "{}"'),
    ("nix", "", 'networking.wireless.networks."home".psk = "{}";'),
    ("ini", "", "psk={}"),
    ("properties", "", "redis.session.auth={}"),
    ("plaintext", "", "has\u0142o: {}"),
    ("", "people.ldif", "userPassword: {}"),
    ("", "notes.org", "- password:: {}"),
    ("shellscript", "", "curl -s -ubob:{} https://x.io"),
    ("shellscript", "", "curl --user bob:'{}' https://x.io"),
    ("shellscript", "", "mosquitto_pub -u bob -P {} -t a -m b"),
    ("bat", "", "osql -Usa -P{} -i x.sql"),
    ("dockerfile", "", "RUN mysqladmin -u root password '{}'"),
    ("", "router.cfg", "username ops secret {}"),
    ("", "router.cfg", "crypto isakmp key {} address 10.2.0.1"),
    ("", "snmpd.conf", 'createUser monitor SHA "x1" AES "{}"'),
    ("", "redis.conf", "user alice on >{} ~* +@all"),
    ("ruby", "", "request.basic_auth 'bob', '{}'"),
    ("kotlin", "", 'val header = Credentials.basic("bob", "{}")'),
    ("lua", "", 'red:auth("{}")'),
    ("python", "", 'client.connect("web1", 22, "bob", "{}")'),
    ("python", "", 'child.sendline("{}")'),
    ("python", "", 'getpass.getpass = lambda *_: "{}"'),
    ("python", "", 'assert decrypt(blob, "{}") == b"x"'),
    ("cpp", "", 'WiFi.begin("guest", "{}");'),
    ("csharp", "", 'Assert.Equal("{}", creds.Password);'),
    ("groovy", "", 'new UsernamePasswordCredentialsImpl(GLOBAL, "id", "d", "bob", "{}")'),
    ("gherkin", "", 'When I fill in "Password" with "{}"'),
    ("gherkin", "", 'And I log in as "alice" with "{}"'),
    ("plaintext", "", "Wifi password: {}"),
    ("markdown", "", "Start it with `DB_PASSWORD={} npm start`."),
    ("csharp", "", 'var key = "x"; user.Password = Encoding.UTF8.GetBytes("{}");'),
    ("go", "", 'smtp.PlainAuth("", "mailer", "{}", "smtp.host")'),
    ("python", "", "pika.PlainCredentials('bob', '{}')"),
    ("php", "", "curl_setopt($ch, CURLOPT_USERPWD, 'admin:{}');"),
    ("csharp", "", 'await userManager.CreateAsync(user, "{}");'),
    ("java", "", 'when(env.getProperty("db.password")).thenReturn("{}");'),
    ("java", "", 'Jwts.builder().signWith(SignatureAlgorithm.HS256, "{}");'),
    ("xml", "", '<property name="password"><value>{}</value></property>'),
    ("ruby", "", "let(:password) {{ '{}' }}"),
    ("python", "", 'password = ("{}")'),
    ("dotenv", "", "JWT_SECRET={}"),
    ("yaml", "", "session_secret: {}"),
    ("javascript", "", "const password = '{}';"),
    ("typescript", "", 'private readonly dbPassword: string = "{}";'),
    ("javascript", "", 'const cfg = {{ user: "a", password: `{}` }};'),
    ("javascript", "", "password: process.env.DB_PASSWORD || '{}',"),
    ("typescript", "", "password: process.env.DB_PASS ?? '{}',"),
    ("javascript", "", "config.set('password', '{}');"),
    ("json", "", '{{"password": "{}"}}'),
    ("json", "", '  "db.password" : "{}",'),
    ("json", "", '{{"body": "{{\\"user\\": \\"a\\", \\"password\\": \\"{}\\"}}"}}'),
    ("json", "", '{{"name": "DB_PASSWORD", "value": "{}"}}'),
    (
        "json",
        "",
        '{{"ConnectionStrings": {{"Default": "Server=db;Database=x;User Id=sa;Password={};"}}}}',
    ),
    ("yaml", "", "password: {}"),
    ("yaml", "", '  password: "{}"'),
    ("yaml", "", "db: {{user: app, password: {}}}"),
    ("yaml", "", "- name: DB_PASSWORD\n  value: {}"),
    ("yaml", "", '- name: DB_PASSWORD\n  value: "{}"'),
    ("yaml", "", "      - MYSQL_ROOT_PASSWORD={}"),
    ("yaml", "", "spring.datasource.password: {}"),
    ("yaml", "", "db_pass: !!str {}"),
    ("yaml", "", "password: ${{DB_PASSWORD:-{}}}"),
    ("toml", "", 'password = "{}"'),
    ("toml", "", 'db = {{ user = "a", password = "{}" }}'),
    ("ini", "", "password = {}"),
    ("ini", "", "passwd={}"),
    ("dotenv", "", "DB_PASSWORD={}"),
    ("dotenv", "", 'export DB_PASSWORD="{}"'),
    ("dotenv", "", "ADMIN_PASS='{}'"),
    ("properties", "", "spring.datasource.password={}"),
    ("properties", "", "jdbc.password = {}"),
    ("xml", "", "<password>{}</password>"),
    ("xml", "", '<add key="DbPassword" value="{}"/>'),
    ("xml", "", '<user name="bob" password="{}" />'),
    ("xml", "", '<property name="hibernate.connection.password">{}</property>'),
    ("xml", "", '<property name="password" value="{}"/>'),
    ("xml", "", '<add name="x" connectionString="Server=s;Uid=u;Pwd={};" />'),
    ("terraform", "", '  password = "{}"'),
    ("terraform", "", 'variable "db_password" {{\n  type = string\n  default = "{}"\n}}'),
    ("dockerfile", "", "ENV DB_PASSWORD={}"),
    ("dockerfile", "", "ENV DB_PASSWORD {}"),
    ("dockerfile", "", "ARG ROOT_PASSWORD={}"),
    ("shellscript", "", "export PGPASSWORD={}"),
    ("shellscript", "", "PGPASSWORD={} psql -h db -U app"),
    ("shellscript", "", "mysql -u root -p'{}' shop"),
    ("shellscript", "", "mysql -uroot -p{} shop"),
    ("shellscript", "", "sshpass -p {} ssh root@host"),
    ("shellscript", "", "sshpass -p '{}' ssh root@host"),
    ("shellscript", "", "plink -ssh -l admin -pw {} host"),
    ("shellscript", "", "snmpset -v3 -u net -a SHA -A {} host sysName.0"),
    ("shellscript", "", "snmpset -v3 -u net -x AES -X {} host sysName.0"),
    ("shellscript", "", "printf '%s\\n' \"{}\" | sudo -S reboot"),
    ("shellscript", "", "curl --proxy-user proxy:{} https://host/api"),
    ("shellscript", "", "lftp -u ops,{} sftp://host"),
    ("shellscript", "", "curl -u bob:{} https://h.corp/x"),
    ("shellscript", "", 'curl --user "bob:{}" https://h.corp/x'),
    ("shellscript", "", "tool --password {} --verbose"),
    ("shellscript", "", "tool --password={}"),
    ("shellscript", "", "docker login -u bob -p {} reg.corp"),
    ("shellscript", "", "net use Z: \\\\srv\\share {} /user:bob"),
    ("shellscript", "", "redis-cli -a {} ping"),
    ("shellscript", "", 'echo "bob:{}" | chpasswd'),
    ("shellscript", "", "openssl enc -d -k {} -in x"),
    ("shellscript", "", "psexec \\\\host -u bob -p {} cmd"),
    ("shellscript", "", "wget --http-password={} https://x.corp"),
    ("shellscript", "", "openssl rsa -passin pass:{} -in k"),
    ("powershell", "", '$pw = ConvertTo-SecureString "{}" -AsPlainText -Force'),
    ("powershell", "", '$Password = "{}"'),
    ("bat", "", "set DB_PASSWORD={}"),
    ("sql", "", "CREATE USER 'bob'@'%' IDENTIFIED BY '{}';"),
    ("sql", "", "ALTER USER bob WITH PASSWORD '{}';"),
    ("sql", "", "CREATE LOGIN bob WITH PASSWORD = N'{}';"),
    ("sql", "", "INSERT INTO users (name, password) VALUES ('bob', '{}');"),
    ("sql", "", "UPDATE users SET password = '{}' WHERE id = 1;"),
    ("sql", "", "SET PASSWORD FOR 'bob' = PASSWORD('{}');"),
    ("csharp", "", 'private const string Password = "{}";'),
    ("csharp", "", 'var cs = "Server=db;Database=x;User Id=sa;Password={};";'),
    ("csharp", "", 'new NetworkCredential("bob", "{}")'),
    ("java", "", 'private static final String DB_PASSWORD = "{}";'),
    ("java", "", 'ds.setPassword("{}");'),
    ("java", "", 'DriverManager.getConnection(url, "bob", "{}");'),
    ("java", "", 'props.put("password", "{}");'),
    ("java", "", 'props.setProperty("db.password", "{}");'),
    ("java", "", '@Value("${{db.password:{}}}")'),
    ("java", "", 'char[] password = "{}".toCharArray();'),
    ("kotlin", "", 'val password: String = "{}"'),
    ("java", "", '.password("{}")'),
    ("go", "", 'password := "{}"'),
    ("go", "", 'const dbPassword = "{}"'),
    ("go", "", 'var Password string = "{}"'),
    ("go", "", 'cfg := Config{{User: "a", Password: "{}"}}'),
    ("go", "", 'req.SetBasicAuth("bob", "{}")'),
    ("go", "", 'dsn := "host=db user=app password={} dbname=x sslmode=disable"'),
    ("rust", "", 'let password = "{}";'),
    ("rust", "", 'const PASSWORD: &\'static str = "{}";'),
    ("rust", "", 'password: "{}".to_string(),'),
    ("rust", "", 'let password = String::from("{}");'),
    ("ruby", "", 'password: "{}",'),
    ("ruby", "", ":password => '{}'"),
    ("ruby", "", '@password = "{}"'),
    ("ruby", "", "ENV['DB_PASSWORD'] ||= '{}'"),
    ("php", "", "'password' => '{}',"),
    ("php", "", "define('DB_PASSWORD', '{}');"),
    ("php", "", '$password = "{}";'),
    ("php", "", "$cfg['password'] = '{}';"),
    ("php", "", 'mysqli_connect("localhost", "root", "{}", "shop");'),
    ("php", "", 'new PDO("mysql:host=db", "root", "{}");'),
    ("csharp", "", 'public required string Password {{ get; init; }} = "{}";'),
    ("ruby", "", "set :db_password, '{}'"),
    ("r", "", 'password <- "{}"'),
    ("erlang", "", '{{password, "{}"}}.'),
    ("tcl", "", "set password {{{}}}"),
    ("applescript", "", 'set thePassword to "{}"'),
    ("json", "", '{{"key":"password","value":"{}"}}'),
    ("xml", "", "<password><![CDATA[{}]]></password>"),
    ("xml", "", '<add value="{}" key="DbPassword"/>'),
    ("xml", "", "<key>password</key><string>{}</string>"),
    ("xml", "", "<key>Password</key>\n<string>{}</string>"),
    ("xml", "", "<name>javax.jdo.option.ConnectionPassword</name>\n  <value>{}</value>"),
    ("markdown", "", "password: **{}**"),
    ("conf", "", "ldap_bind_password {}"),
    ("shellscript", "", "http -a bob:{} GET https://h.corp/x"),
    ("shellscript", "", "gh secret set DEPLOY --body {}"),
    ("shellscript", "", "read -r pw <<< '{}'"),
    ("powershell", "", '"{}" | ConvertTo-SecureString -AsPlainText -Force'),
    ("java", "", '"jdbc:oracle:thin:scott/{}@//db:1521/XE"'),
    ("go", "", 'dsn := "bob:{}@tcp(db:3306)/shop"'),
    ("perl", "", 'my $passwd = "{}";'),
    ("swift", "", 'let password: String = "{}"'),
    ("c", "", '#define PASSWORD "{}"'),
    ("c", "", 'char password[] = "{}";'),
    ("c", "", 'const char *passwd = "{}";'),
    ("lua", "", 'local password = "{}"'),
    ("scala", "", 'val password = "{}"'),
    ("groovy", "", 'password "{}"'),
    ("groovy", "", "password '{}'"),
    ("clojure", "", '{{:user "a" :password "{}"}}'),
    ("elixir", "", 'password: "{}",'),
    ("dart", "", "final String password = '{}';"),
    ("csv", "", "user,password,email\nbob,{},b@x.org\n"),
    ("csv", "", "id;login;passwort\n1;bob;{}\n"),
    ("log", "", "2024-01-02 INFO login user=bob password={} ok"),
    ("log", "", "DEBUG auth: password: {}"),
    ("log", "", 'INFO {{"user":"bob","password":"{}"}}'),
    ("markdown", "", "Password: `{}`"),
    ("markdown", "", "| user | password |\n|---|---|\n| bob | {} |\n"),
    ("markdown", "", "- **Password**: `{}`"),
    ("markdown", "", '    password = "{}"'),
    ("markdown", "", 'export PASSWORD="{}"'),
    ("", ".netrc", "machine api.corp login bob password {}"),
    ("", ".pgpass", "db.corp:5432:shop:bob:{}"),
    ("python", "", 'url = "postgres://bob:{}@db.corp:5432/shop"'),
    ("python", "", 'u = "jdbc:mysql://db:3306/x?user=bob&password={}"'),
    ("yaml", "", "url: redis://:{}@cache.corp:6379/0"),
    ("yaml", "", "url: amqp://bob:{}@mq.corp/vhost"),
]

HARMLESS = [
    ("json", '"value": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x-AbC123"'),
    ("python", "user, password = get_credentials()"),
    ("python", 'user, password = "readonly", ask()'),
    ("python", 'PASSWORD, USER = range(2), "Summer99"'),
    ("python", 'fields = ["username", "password", "password2"]'),
    ("python", 'help_texts = {"password": "At least 12 characters, one digit."}'),
    ("python", 'columns = {"password": "varchar(255)", "secret": "bytea"}'),
    ("php", "'password' => 'required|min:8|confirmed',"),
    ("php", "protected $casts = ['password' => 'hashed'];"),
    ("ini", "password = ctrl+shift+p"),
    ("yaml", "- PASSWORD_HASHERS=django.contrib.auth.hashers.Argon2PasswordHasher"),
    ("yaml", "password={{ pw | password_hash('sha512') }}"),
    ("shellscript", 'echo "Password: ${PASSWORD//?/*}"'),
    ("html", '<a href="/reset/?token=%7Btoken%7D">'),
    ("graphql", "mutation Login($password: String!) { login }"),
    ("vue", """<x v-model="password" :type="show ? 'text' : 'password'" :rules="[required]" />"""),
    ("xml", '<property name="passwordEncoder" ref="bcryptEncoder"/>'),
    ("xml", "<secret>@client.secret@</secret>"),
    ("python", 'ftp.login("anonymous", "anonymous@")'),
    ("python", 'child.sendline("show version")'),
    ("python", 'db.connect("localhost", "reporting")'),
    ("gherkin", 'When I fill in "Password hint" with "none"'),
    ("python", 'parser.add_argument("--password", help="database password", default=None)'),
    ("javascript", 'const routes = { resetPassword: "/reset-password/:token" };'),
    ("javascript", 'const STORAGE_KEY = "acme.settings.v2";'),
    ("ini", "password_encryption = scram-sha-256"),
    ("python", "user.check_password(raw_password)"),
    ("markdown", "- password: required"),
    ("markdown", "password: the user's password"),
    ("markdown", "Strings for `password` or `salt` are taken as UTF-8."),
    ("json", '"output_token": "StreamingDistributionList.NextMarker",'),
    ("xml", '<Set name="NeedClientAuth" property="jetty.sslContext.needClientAuth" />'),
    ("conf", "passwd:         files"),
    ("conf", "bind_password required"),
    ("xml", "<key>Label</key>\n<string>org.shop.worker</string>"),
    ("python", "Pass 'parameters' and 'options' to it"),
    ("python", "def login(user: str, password: str | None = None) -> None:"),
    ("python", "password = getpass('Password: ')"),
    ("python", "fields = ['password', 'username', 'tokens']"),
    ("python", "secret = re.compile(r'([a-z0-9]{64})')"),
    ("python", "func.__text_signature__ = '($self, a, b=1, *args)'"),
    ("javascript", "const t = i18n('password', 'Enter your password');"),
    ("javascript", "if (user.password) { token = next(); }"),
    ("javascript", '<input type="password" placeholder="Password" />'),
    ("yaml", "password: ${DB_PASSWORD:?missing}"),
    ("yaml", "secretName: prod-database-1"),
    ("yaml", "passwordKey: connection"),
    ("yaml", "password: !Ref DatabasePassword"),
    ("properties", "login.password=Enter your password"),
    ("powershell", "$secure = ConvertTo-SecureString $plain -AsPlainText"),
    ("shellscript", "mysql -u root -p shop < dump.sql"),
    ("shellscript", "PGPASSWORD=$DB_PASSWORD psql"),
    ("python", "# filesets are identified by four decimal values"),
    ("markdown", "The password is checked by the server."),
    ("csharp", 'const stripeKey = "pk_' + 'live_Wudbg8D78E0ZXsfoN6f2";'),
]


def engine(budget_ms: float = 1_500) -> Engine:
    return Engine(
        [
            Assignments(),
            Commands(),
            UrlCredentials(),
            Headers(),
            Cookies(),
            Tables(),
            Separated(),
        ],
        budget_ms=budget_ms,
    )


@pytest.mark.parametrize("password", PASSWORDS)
@pytest.mark.parametrize(("language", "name", "template"), NOTATIONS)
def test_the_whole_password_is_found(
    language: str, name: str, template: str, password: str
) -> None:
    text = template.format(password)

    spans = engine().spans(text, level="secrets", language=language, path_name=name)

    assert [text[span.start : span.end] for span in spans] == [password]


@pytest.mark.parametrize("value", ["*Winter" + "1987", "{Winter" + "-1987}"])
def test_a_connection_string_may_begin_its_password_with_a_star_or_a_brace(value: str) -> None:
    text = f"User=app;Password={value};DataSource=db;Port=3050"

    spans = engine().spans(text, level="secrets", language="plaintext")

    assert [text[span.start : span.end] for span in spans] == [value.strip("{}")]


@pytest.mark.parametrize(("language", "line"), HARMLESS)
def test_what_holds_no_password_is_left_alone(language: str, line: str) -> None:
    assert engine().spans(line, level="secrets", language=language) == ()


@pytest.mark.parametrize("name", ["package-lock.json", "vendor.min.js", "api_pb2.py", "go.sum"])
def test_lock_files_and_generated_code_are_believed_only_for_their_forms(name: str) -> None:
    text = f'"password": "{PASSWORDS[0]}"'

    assert engine().spans(text, level="secrets", path_name=name) == ()
    assert engine().spans(text, level="secrets", path_name="app.json") != ()


@pytest.mark.parametrize(
    "part",
    [
        "token=",
        "{password:",
        "'password', ",
        "pass: ",
        "password ",
        "key = x.y(",
        "curl -u a ",
        "(key)",
        "| password | a |",
        "cookie: a=b; ",
        "<key>",
        "auth=('a', ",
    ],
)
@pytest.mark.parametrize("language", ["python", "yaml", "markdown"])
def test_time_grows_no_faster_than_the_text(part: str, language: str) -> None:
    def seconds(length: int) -> float:
        text = (part * length)[:length]
        best = 1e9
        for _ in range(3):
            scanner = engine(budget_ms=60_000)
            scanner.warm_up("secrets")
            began = time.process_time()
            scanner.spans(text, level="secrets", language=language)
            best = min(best, time.process_time() - began)
        return best

    times = [max(seconds(length), 0.005) for length in (8_000, 32_000)]

    assert all(late / early < 16 for early, late in pairwise(times))
