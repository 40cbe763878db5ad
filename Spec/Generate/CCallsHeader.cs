using System.Text;
using AioV2.Spec.Model;
using static AioV2.Spec.Generate.CText;

namespace AioV2.Spec.Generate;

/// <summary>
/// <c>aio2_calls.h</c>: prototypes of the calls and the texts of the reason codes. They are not part of the kernel's header,
/// which exports no functions; a library's header includes this one.
/// </summary>
internal static class CCallsHeader
{
    public static string Generate(SpecDocument spec)
    {
        var text = new StringBuilder(Header(spec));
        text.Append("#ifndef _AIO2_CALLS_H\n#define _AIO2_CALLS_H\n\n#include <stddef.h>\n\n#include <linux/aio2_abi.h>\n\n");
        text.Append("#ifdef __cplusplus\nextern \"C\" {\n#endif\n");
        foreach (var call in spec.Calls)
            Call(text, call);
        text.Append("\n#ifdef __cplusplus\n}\n#endif\n");
        ReasonText(text, spec);
        return text.Append("\n#endif /* _AIO2_CALLS_H */\n").ToString();
    }

    private static void Call(StringBuilder text, CallDef call)
    {
        text.Append("\n/**\n").Append(Wrap($"{call.Name} - {call.Doc}", " * ", " *   "));
        foreach (var arg in call.Args)
            text.Append(Wrap($"@{arg.Name}: {arg.Doc}", " * ", " *   "));
        text.Append(" *\n").Append(Wrap($"Return: {call.Returns}; or -errno, in the order of the tests:", " * ", " *   "));
        foreach (var error in call.Errors)
            text.Append(Wrap($"-{error.Errno}: {error.When} ({error.Requirement})", " *   ", " *     "));
        text.Append(" */\n");
        text.Append(Prototype(call)).Append('\n');
    }

    /// <summary>The C declaration of a call, on several lines where it is long.</summary>
    public static string Prototype(CallDef call) => Arguments($"long {call.Name}(", call.Args.Select(arg => Spelled(arg)));

    private static string Spelled(ArgDef arg)
    {
        var type = arg.Type.Replace("u32", "__u32").Replace("u64", "__u64");
        return type.EndsWith('*') ? type + arg.Name : $"{type} {arg.Name}";
    }

    /// <summary>Breaks an argument list under its parenthesis, tabs first as the kernel indents.</summary>
    public static string Arguments(string open, IEnumerable<string> args)
    {
        var indent = new string('\t', open.Length / 8) + new string(' ', open.Length % 8);
        var (result, column) = (new StringBuilder(open), open.Length);
        foreach (var (index, arg) in args.Index())
        {
            if (index > 0 && column + 2 + arg.Length > 78)
            {
                result.Append(",\n").Append(indent);
                column = open.Length;
            }
            else if (index > 0)
            {
                result.Append(", ");
                column += 2;
            }
            result.Append(arg);
            column += arg.Length;
        }
        return result.Append(");").ToString();
    }

    private static void ReasonText(StringBuilder text, SpecDocument spec)
    {
        text.Append("\n/**\n * aio2_reason_text - One line that says what a reason code means (SUBMIT-5)\n");
        text.Append(" * @reason: AIO2_REASON_* of struct aio2_extack\n *\n * Return: the text, never NULL\n */\n");
        text.Append("static __inline__ const char *aio2_reason_text(__u32 reason)\n{\n\tswitch (reason) {\n");
        foreach (var reason in spec.ReasonCodes)
            text.Append($"\tcase {spec.Reasons.Prefix}{reason.Name}:\n\t\treturn {CSharpText.Quoted(reason.Doc)};\n");
        text.Append("\tdefault:\n\t\treturn \"unknown reason\";\n\t}\n}\n");
    }
}
