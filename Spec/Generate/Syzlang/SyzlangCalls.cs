using System.Text;
using System.Text.RegularExpressions;
using AioV2.Spec.Layout;
using AioV2.Spec.Model;

namespace AioV2.Spec.Generate.Syzlang;

/// <summary>The calls. One with a selector (op, what) is described once for each value, with what that value takes.</summary>
internal sealed partial class SyzlangCalls(SyzlangParts parts)
{
    public string Generate()
    {
        var text = new StringBuilder();
        foreach (var call in parts.Spec.Calls)
        {
            var selector = call.Args.FirstOrDefault(arg => arg.Type == "u32" && parts.Spec.GroupIn(arg.Doc) is { Kind: GroupKind.Enum });
            if (selector is null)
                text.Append(Call(call, "", arg => null));
            foreach (var value in selector is null ? [] : parts.Spec.GroupIn(selector.Doc)!.Values)
                text.Append(Variant(call, selector!, value));
            if (call.Args.FirstOrDefault(arg => arg.Name == "user_data") is not null)
                text.Append(ByDescriptor(call));
        }
        return text.ToString();
    }

    private string Variant(CallDef call, ArgDef selector, ValueDef value) => Call(call, $"${value.Name}", arg =>
        arg == selector ? $"const[{parts.Spec.GroupIn(selector.Doc)!.Prefix}{value.Name}]"
        : arg.Name == "arg" ? Selected(value.Doc)
        : arg.Type == "void *" && Pointee().Match(value.Doc) is { Success: true } match ? $"ptr[out, array[{parts.Struct(match.Groups[1].Value)}]]"
        : null);

    /// <summary>An argument whose meaning the selector's text tells: "arg: struct x", "arg: the descriptor number", "arg: 0".</summary>
    private string Selected(string doc) => Pointee().Match(doc) is { Success: true } match ? $"ptr[inout, {parts.Struct(match.Groups[1].Value)}]"
        : doc.Contains("descriptor", StringComparison.Ordinal) ? "fd_event"
        : doc.StartsWith("arg: 0", StringComparison.Ordinal) ? "const[0]"
        : "intptr";

    /// <summary>Cancelling by descriptor, which a flag asks for (CANCEL-1).</summary>
    private string ByDescriptor(CallDef call)
    {
        var flags = call.Args.Select(arg => parts.Spec.GroupIn(arg.Doc)).FirstOrDefault(group => group?.Values.Any(v => v.Name == "FD") == true);
        if (flags is null)
            return "";
        var all = parts.Define($"{flags.Prefix}FD_AND_ALL", $"{flags.Prefix}FD | {flags.Prefix}ALL");
        var list = parts.List("aio2_cancel_by_fd", [$"{flags.Prefix}FD", all]);
        return Call(call, "$fd", arg => arg.Name == "user_data" ? "fd" : arg.Name == "flags" ? $"flags[{list}]" : null);
    }

    private string Call(CallDef call, string variant, Func<ArgDef, string?> special)
    {
        var types = call.Args.Select((arg, i) => $"{arg.Name} {special(arg) ?? Type(call, arg, i)}");
        return $"{call.Name}{variant}({string.Join(", ", types)})\n";
    }

    private string Type(CallDef call, ArgDef arg, int index) => arg.Type switch
    {
        "aio2_context_t" => "aio2_ctx",
        "size_t" when index > 0 && call.Args[index - 1].Type.EndsWith('*') => $"bytesize[{call.Args[index - 1].Name}]",
        "size_t" => Events(),
        "u64 *" => "ptr[inout, int64]",
        "void *" or "const void *" => Buffer(arg),
        _ when Pointee().Match(arg.Type) is { Success: true } match => Pointer(arg, match.Groups[1].Value),
        _ when arg.Name == "user_data" => "aio2_user_data",
        _ when arg.Doc == "0" => "const[0]",
        _ when parts.Spec.Constants.Any(c => c.Name == arg.Doc) => $"const[{arg.Doc}]",
        _ => parts.Spec.GroupIn(arg.Doc) is { } group ? $"flags[{parts.List(group)}]" : "intptr",
    };

    private string Pointer(ArgDef arg, string name)
    {
        var direction = arg.Type.StartsWith("const ", StringComparison.Ordinal) ? "in" : "inout";
        return $"ptr[{direction}, {parts.Struct(name)}{(arg.Doc.Contains("or NULL", StringComparison.Ordinal) ? ", opt" : "")}]";
    }

    /// <summary>Records, by the name of the argument: their pointers have no type in C because their sizes vary.</summary>
    private string Buffer(ArgDef arg) => arg.Name switch
    {
        "iocbs" => "ptr[in, array[aio2_iocb]]",
        "iocb" => "ptr[in, aio2_iocb]",
        "events" => "ptr[out, array[io_event2]]",
        "event" => "ptr[out, io_event2]",
        _ when Pointee().Match(arg.Doc) is { Success: true } match => $"ptr[out, array[{parts.Struct(match.Groups[1].Value)}]]",
        _ => "ptr[inout, array[int8]]",
    };

    /// <summary>A number of bytes to wait for: none, or some whole events.</summary>
    private string Events()
    {
        var bytes = StructLayout.Of(parts.Definition("io_event2")).Size;
        return $"intptr[0:{4 * bytes}, {bytes}]";
    }

    [GeneratedRegex(@"struct (\w+)")]
    private static partial Regex Pointee();
}
