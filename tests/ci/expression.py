"""The expressions of GitHub Actions, as far as the action uses them: names, texts in single quotes,
`always()` and its like, `!`, `==`, `!=`, `&&`, `||` and brackets. Anything else is an error."""

import re

TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<name>[A-Za-z_][\w.-]*)"
                   r"|(?P<sign>\(\)|&&|\|\||==|!=|[!()]))")


def tokens_of(source):
    at = 0
    source = source.strip()
    while at < len(source):
        found = TOKEN.match(source, at)
        assert found, f"not understood: {source[at:]}"
        at = found.end()
        yield found.lastgroup, found.group(found.lastgroup)


class Expression:
    """`names` gives the value of a dotted name, `functions` of a call."""

    def __init__(self, source, names, functions):
        self.tokens = [*tokens_of(source), ("end", "")]
        self.names = names
        self.functions = functions

    def take(self, *signs):
        if self.tokens[0][1] in signs and self.tokens[0][0] == "sign":
            return self.tokens.pop(0)[1]
        return None

    def value(self):
        value = self.either()
        assert self.tokens[0][0] == "end", self.tokens
        return value

    def either(self):
        left = self.both()
        while self.take("||"):
            right = self.both()
            left = left or right
        return left

    def both(self):
        left = self.equal()
        while self.take("&&"):
            right = self.equal()
            left = left and right
        return left

    def equal(self):
        left = self.single()
        while sign := self.take("==", "!="):
            same = left.lower() == self.single().lower()
            left = same if sign == "==" else not same
        return left

    def single(self):
        if self.take("!"):
            return not self.single()
        if self.take("("):
            value = self.either()
            assert self.take(")")
            return value
        kind, token = self.tokens.pop(0)
        if kind == "text":
            return token[1:-1].replace("''", "'")
        assert kind == "name", token
        return self.functions[token]() if self.take("()") else self.names(token)


def expand(text, names, functions):
    """A text with `${{ ... }}` in it."""
    def one(found):
        value = Expression(found.group(1), names, functions).value()
        return str(value).lower() if isinstance(value, bool) else value
    return re.sub(r"\$\{\{(.*?)\}\}", one, str(text))
