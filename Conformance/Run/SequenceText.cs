using System.Runtime.InteropServices;
using System.Text;
using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.Journal;

namespace AioV2.Conformance.Run;

/// <summary>A sequence as calls with what they answered.</summary>
public static class SequenceText
{
    private const int MostEvents = 6;

    /// <summary>One line for each step, and one more for each answer of a drain.</summary>
    public static string Of(IReadOnlyList<Step> steps, IReadOnlyList<Answer> answers)
    {
        var text = new StringBuilder();
        for (int i = 0; i < steps.Count; i++)
        {
            text.Append($"{i,3}  {StepText.Of(steps[i])};");
            foreach (var answer in answers.Where(a => a.Head.Step == i && a.Head.Kind != AnswerKind.User))
            {
                text.Append($"  /* = {ErrnoName.Of(answer.Result)}{Events(steps[i], answer)} */");
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private static string Events(Step step, Answer answer)
    {
        if (step is not (GetStep or ReapStep or DrainStep))
        {
            return "";
        }

        var text = new StringBuilder();
        ReadOnlySpan<byte> rest = answer.Out;
        for (int n = 0; rest.Length >= IoEvent2.SizeOf && n < MostEvents; n++)
        {
            var e = MemoryMarshal.Read<IoEvent2>(rest);
            text.Append($" {{0x{e.UserData:x}: {ErrnoName.Of(e.Res)}, {e.Bytes} bytes}}");
            rest = rest[(int)Math.Min(rest.Length, Math.Max(e.Bytes, IoEvent2.SizeOf))..];
        }

        return text.ToString();
    }
}
