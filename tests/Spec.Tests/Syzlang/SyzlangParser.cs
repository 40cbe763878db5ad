using System.Text.RegularExpressions;

namespace AioV2.Spec.Tests.Syzlang;

/// <summary>
/// Reads a file by the grammar of syzkaller's <c>docs/syscall_descriptions_syntax.md</c>: one declaration on a line, structs and
/// unions over several. What that grammar has and the generated file does not use is refused.
/// </summary>
internal sealed partial class SyzlangParser
{
    private readonly List<(string Text, int Line)> tokens = [];
    private int at;

    private SyzlangParser(string text)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var end = 0;
            foreach (Match match in Token().Matches(lines[i]))
            {
                if (lines[i][end..match.Index].Any(c => c is not (' ' or '\t')))
                    throw new SyzlangException(i + 1, $"stray '{lines[i][end..match.Index].Trim()}'");
                end = match.Index + match.Length;
                if (match.Value[0] != '#')
                    tokens.Add((match.Value, i + 1));
            }
            if (lines[i][end..].Any(c => c is not (' ' or '\t')))
                throw new SyzlangException(i + 1, $"stray '{lines[i][end..].Trim()}'");
            tokens.Add(("\n", i + 1));
        }
    }

    public static IReadOnlyList<SyzDeclaration> Parse(string text)
    {
        var parser = new SyzlangParser(text);
        var found = new List<SyzDeclaration>();
        while (parser.at < parser.tokens.Count)
        {
            if (!parser.Take("\n"))
                found.Add(parser.Declaration());
        }
        return found;
    }

    private int Line => tokens[Math.Min(at, tokens.Count - 1)].Line;

    private string Next => at < tokens.Count ? tokens[at].Text : "";

    private SyzDeclaration Declaration()
    {
        var line = Line;
        var name = Name();
        switch (name)
        {
            case "include" when Next[0] == '<':
                return Ended(new("include", tokens[at++].Text, line));
            case "define":
                var macro = Name();
                var expression = new List<string>();
                while (Next != "\n")
                    expression.Add(tokens[at++].Text);
                return Ended(new("define", macro, line) { Values = expression.Count > 0 ? expression : throw new SyzlangException(line, "a define without a value") });
            case "resource":
                return Resource(Name(), line);
            case "type":
                return Alias(Name(), line);
        }
        if (Take("="))
            return Ended(new("flags", name, line) { Values = Values() });
        if (Next is "{" or "[")
            return Body(name, [], line);
        var variant = Take("$") ? "$" + Name() : "";
        Expect("(");
        var arguments = new List<SyzField>();
        while (!Take(")"))
        {
            if (arguments.Count > 0)
                Expect(",");
            var argument = Line;
            arguments.Add(new(Name(), Type(), null, argument));
        }
        return Ended(new("call", name + variant, line) { Fields = arguments, Base = Next == "\n" ? null : Type() });
    }

    private SyzDeclaration Resource(string name, int line)
    {
        Expect("[");
        var type = Type();
        Expect("]");
        return Ended(new("resource", name, line) { Base = type, Values = Take(":") ? Values() : [] });
    }

    private SyzDeclaration Alias(string name, int line)
    {
        var parameters = new List<string>();
        if (Take("["))
        {
            do
                parameters.Add(Name());
            while (Take(","));
            Expect("]");
        }
        return Next == "{" || (Next == "[" && parameters.Count > 0) ? Body(name, parameters, line)
            : Ended(new("type", name, line) { Parameters = parameters, Base = Type() });
    }

    private SyzDeclaration Body(string name, IReadOnlyList<string> parameters, int line)
    {
        var (kind, close) = Take("{") ? ("struct", "}") : ("union", "]");
        if (kind == "union")
            Expect("[");
        Expect("\n");
        var fields = new List<SyzField>();
        while (!Take(close))
        {
            var field = Line;
            var (own, type) = (Name(), Type());
            string? direction = null;
            if (Take("("))
            {
                direction = Name();
                Expect(")");
            }
            Expect("\n");
            fields.Add(new(own, type, direction, field));
        }
        var attributes = new List<SyzType>();
        if (Take("["))
        {
            do
                attributes.Add(Type());
            while (Take(","));
            Expect("]");
        }
        return Ended(new(kind, name, line) { Parameters = parameters, Fields = fields, Attributes = attributes });
    }

    private List<string> Values()
    {
        var values = new List<string>();
        do
            values.Add(Word().IsMatch(Next) || char.IsAsciiDigit(Next[0]) ? tokens[at++].Text : throw Unexpected("a constant"));
        while (Take(","));
        return values;
    }

    private SyzType Type()
    {
        var line = Line;
        var first = char.IsAsciiDigit(Next[0]) || Next[0] == '-' ? tokens[at++].Text : Name();
        var options = new List<SyzType>();
        if (Take("["))
        {
            do
                options.Add(Type());
            while (Take(","));
            Expect("]");
        }
        var type = new SyzType(first, options, line);
        return Take(":") ? new SyzType("", [type, Type()], line) : type;
    }

    private string Name() => Word().IsMatch(Next) ? tokens[at++].Text : throw Unexpected("a name");

    private bool Take(string text)
    {
        if (Next != text)
            return false;
        at++;
        return true;
    }

    private void Expect(string text)
    {
        if (!Take(text))
            throw Unexpected(text == "\n" ? "the end of the line" : $"'{text}'");
    }

    private SyzDeclaration Ended(SyzDeclaration declaration)
    {
        Expect("\n");
        return declaration;
    }

    private SyzlangException Unexpected(string wanted) => new(Line, $"expected {wanted}, found '{Next.Replace("\n", "the end of the line")}'");

    [GeneratedRegex(@"#.*|<[a-z0-9_/.]+>|[A-Za-z_][A-Za-z0-9_]*|-?(0x[0-9a-fA-F]+|[0-9]+)|[\[\]{}(),=:$|]")]
    private static partial Regex Token();

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex Word();
}
