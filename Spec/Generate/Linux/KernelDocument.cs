using System.Text;
using AioV2.Spec.Layout;
using AioV2.Spec.Model;

namespace AioV2.Spec.Generate.Linux;

/// <summary><c>Documentation/userspace-api/aio2.rst</c>: calls, records and rules, for readers of the kernel's documentation.</summary>
internal static class KernelDocument
{
    private const int Columns = 76;

    public static string Generate(SpecDocument spec)
    {
        var text = new StringBuilder(".. SPDX-License-Identifier: GPL-2.0\n\n");
        Heading(text, "Asynchronous I/O, version 2", '=');
        Paragraph(text, "AIO v2 submits and completes I/O in records of variable size. An iocb carries any number of typed attributes; its event "
            + "carries one return for each, in the same order. Events are written into a ring that user space may map and reap from without "
            + "a call; those that find no room wait on the overflow list, which a flag in the ring's header announces. Constants and structs are those "
            + "of ``linux/aio2_abi.h``. The calls need ``CONFIG_AIO2``.");
        Heading(text, "Calls", '-');
        Paragraph(text, "Each returns a negative errno on failure, the first that applies in the order below; a call that fails has changed nothing.");
        foreach (var call in spec.Calls)
        {
            Call(text, call);
        }

        Heading(text, "Operations", '-');
        Values(text, spec.Opcodes);
        Heading(text, "Attributes", '-');
        Paragraph(text, "An attribute that is not known or does not fit the operation gives a return that says so; with ``AIO2_ATTR_REQUIRED`` it refuses the iocb.");
        Values(text, spec.Attributes);
        Heading(text, "Structs", '-');
        Paragraph(text, "The same on every architecture. Offset and size are in bytes.");
        foreach (var definition in spec.Structs)
        {
            Struct(text, StructLayout.Of(definition));
        }

        Heading(text, "Rules", '-');
        foreach (var rule in spec.Requirements)
        {
            text.Append($"{rule.Id}\n").Append(Wrapped(rule.Title, "  "));
        }

        return text.ToString();
    }

    private static void Call(StringBuilder text, CallDef call)
    {
        Heading(text, call.Name, '~');
        Paragraph(text, call.Doc + ".");
        text.Append("::\n\n  ").Append(CCallsHeader.Prototype(call).Replace("\n", "\n  ").Replace("\t", "        ")).Append("\n\n");
        foreach (var arg in call.Args)
        {
            text.Append($"``{arg.Name}``\n").Append(Wrapped(arg.Doc, "  "));
        }

        text.Append('\n');
        Paragraph(text, $"Returns {call.Returns}, or:");
        foreach (var error in call.Errors)
        {
            text.Append(Wrapped($"- ``-{error.Errno}``: {error.When}.", "  ")[2..]);
        }

        text.Append('\n');
    }

    private static void Values(StringBuilder text, GroupDef group)
    {
        foreach (var value in group.Values)
        {
            text.Append($"``{group.Prefix}{value.Name}`` ({value.Value})\n").Append(Wrapped(value.Doc, "  "));
        }

        text.Append('\n');
    }

    private static void Struct(StringBuilder text, StructLayout layout)
    {
        Heading(text, $"struct {layout.Definition.Name}", '~');
        Paragraph(text, $"{layout.Definition.Doc}. {layout.Size} bytes.");
        foreach (var (field, offset) in layout.Fields)
        {
            text.Append(Wrapped($"- ``{field.Name}`` at {offset}, {field.Type.Bytes} bytes: {field.Doc}.", "  ")[2..]);
        }

        text.Append('\n');
    }

    private static void Heading(StringBuilder text, string title, char line) => text.Append($"{title}\n{new string(line, title.Length)}\n\n");

    private static void Paragraph(StringBuilder text, string words) => text.Append(Wrapped(words, "")).Append('\n');

    private static string Wrapped(string words, string indent)
    {
        var (text, line) = (new StringBuilder(), new StringBuilder());
        foreach (string word in Escaped(words).Split(' '))
        {
            if (line.Length > 0 && indent.Length + line.Length + 1 + word.Length > Columns)
            {
                text.Append(indent).Append(line).Append('\n');
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        return text.Append(indent).Append(line).Append('\n').ToString();
    }

    // A star or a name with a trailing underscore is markup in reStructuredText, but for literals.
    private static string Escaped(string words)
    {
        string[] parts = words.Split("``");
        for (int i = 0; i < parts.Length; i += 2)
        {
            parts[i] = parts[i].Replace("*", "\\*").Replace("_ ", "\\_ ");
        }

        return string.Join("``", parts);
    }
}
