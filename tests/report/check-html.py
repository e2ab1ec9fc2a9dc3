"""check-html.py KIND FILE: what every report must be, and what that of each kind of make_history must show."""
import base64, hashlib, html.parser, re, sys

VOID = {"meta", "link", "br", "img", "hr", "input"}
SELF_CLOSED = {"line", "circle", "path"}  # always written with "/>"


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.stack, self.ids, self.text, self.tags, self.faults = [], [], [], {}, []

    def tag(self, name, attrs):
        self.tags[name] = self.tags.get(name, 0) + 1
        for key, value in attrs:
            if key.startswith("on") or key in ("src", "style", "srcset", "action", "formaction"):
                self.faults.append(f"<{name} {key}>")
            if key == "href" and value != "data:," and not value.startswith("#"):
                self.faults.append(f"<{name} href={value}>")
            if key == "id":
                self.ids.append(value)
        if len({k for k, _ in attrs}) != len(attrs):
            self.faults.append(f"<{name}> has an attribute twice")

    def handle_starttag(self, name, attrs):
        self.tag(name, attrs)
        if name in SELF_CLOSED:
            self.faults.append(f"<{name}> is not closed")
        if name not in VOID:
            self.stack.append(name)

    def handle_startendtag(self, name, attrs):
        self.tag(name, attrs)

    def handle_endtag(self, name):
        if not self.stack or self.stack.pop() != name:
            self.faults.append(f"</{name}> at {self.getpos()} closes something else")

    def handle_data(self, data):
        self.text.append(data)


def must(condition, words):
    if not condition:
        sys.exit("check-html: " + words)


kind, path = sys.argv[1:]
raw = open(path, "rb").read()
must(len(raw) < 1_000_000, f"{len(raw)} bytes")
text = raw.decode("utf-8")
page = Page()
page.feed(text)
page.close()
must(not page.faults, "; ".join(page.faults[:5]))
must(not page.stack, f"not closed: {page.stack}")
must(len(page.ids) == len(set(page.ids)), "an id stands twice")
for name in ("script", "img", "iframe", "object", "embed", "form", "base", "foreignobject", "use", "image", "a"):
    must(page.tags.get(name, 0) == (5 if name == "a" else 0), f"there are {page.tags.get(name)} <{name}>")
must(page.tags.get("style") == 1, "more than one <style>")
style = re.search(r"<style>(.*?)</style>", text, re.S).group(1)
must("url(" not in style and "@import" not in style, "the style sheet loads something")
digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
must(f"content=\"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'\"" in text,
     "the policy does not name the hash of the style sheet")
must(re.search(r"prefers-color-scheme:dark", style) and "@media print" in style, "no dark or print style")
for svg in re.findall(r"<svg role=img.*?>", text):
    must(text[text.index(svg) + len(svg):].startswith("<title>"), "a picture without a title")
for part in ("anomalies", "timeline", "coverage", "tcb", "graph"):
    must(part in page.ids, f"no part {part}")
must(text.index("id=anomalies") < text.index("id=timeline"), "the anomalies do not come first")
shown = "".join(page.text)

if kind == "empty":
    must("Nothing was audited yet." in shown and "No anomaly is open" not in shown, "an empty history must not look well")
if kind == "rich":
    for words in ("5 anomalies are open; the worst is critical.", "evidence_invalid", "What to do.", "inference.example.com",
                  "1 certificate, evidence failed", "1 key stands for more than one", "1 log was never reached",
                  "evidence failed: it proves nothing", "earlier, a rotation", "out of date or revoked: 20",
                  "1 was acknowledged and 1 has cleared"):
        must(words in shown, f"it does not say: {words}")
    must(shown.index("evidence_invalid") < shown.index("measurement_rollback") < shown.index("tcb_out_of_date"), "not worst first")
    must(text.count("class=turnmark d=\"M0-6") == 10, f"{text.count(chr(34) + 'M0-6')} rotations are drawn, not 10")
    must(page.tags["details"] >= 6, "pictures without their figures as a table")
if kind == "hostile":
    for words in ("<script>document.title='owned'</script>", "\"><img src=http://127.0.0.1:1/x onerror=alert(1)>",
                  "&lt;b&gt;&#x3c;script&#x3e;", "\\u{202E}gro.elpmaxe", "café.example", "bad\\xff\\xfe utf8",
                  "line\\x0abreak\\x09tab\\x1b[31m"):
        must(words in shown, f"it does not show as text: {words}")
    must("owned" not in page.ids and "\u202e" not in text and "\x1b" not in text, "a name became more than text")
if kind == "large":
    for words in ("more of this rule not shown here", "more domains are not shown here", "more logs are not shown here",
                  "more ties are not shown here", "more values are not shown here"):
        must(words in shown, f"it does not say: {words}")
