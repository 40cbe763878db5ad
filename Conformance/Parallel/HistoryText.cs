using System.Globalization;
using System.Text;
using AioV2.Abi;
using AioV2.Conformance.Linearize;
using AioV2.Conformance.Run;

namespace AioV2.Conformance.Parallel;

/// <summary>A recorded history as lines for people: who, from when to when, what, and what came of it.</summary>
public static class HistoryText
{
    /// <summary>The lines of a history; operations of which nothing is left are left out.</summary>
    /// <param name="history">The history.</param>
    /// <param name="left">For each operation the steps that are left, or null for all of it.</param>
    public static string Of(History history, IReadOnlyList<Interval<Atom>>? left = null)
    {
        var plan = history.Plan.Contexts[history.Context];
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# context {history.Context} of round {history.Plan.Seed}: {plan.NrReqs} slots, {(plan.IsShared ? "shared" : "private")} ring, setup flags 0x{plan.Flags:x}, events of {plan.EventBytes} bytes\n");
        text.Append("# thread [before, after] by one counter; times overlap where the intervals do\n");
        for (int i = 0; i < history.Operations.Count; i++)
        {
            if (left is null || left[i].Steps.Count > 0)
            {
                text.Append(Line(history.Operations[i], history.Plan)).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Line(Operation o, RoundPlan plan)
    {
        string after = o.Return == Interval<Atom>.Pending ? "…" : o.Return.ToString(CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"T{o.Thread} [{o.Invoke,3}, {after,3}] {What(o, plan)}{Events(o, plan)}");
    }

    private static string What(Operation o, RoundPlan plan)
    {
        string result = o.Return == Interval<Atom>.Pending ? "did not return" : o.Result < 0 && o.Kind is not OperationKind.Reap ? ErrnoName.Of(o.Result) : o.Result.ToString(CultureInfo.InvariantCulture);
        return o.Kind switch
        {
            OperationKind.Submit => $"io_submit2({string.Join(", ", Enumerable.Range((int)o.A, (int)o.B).Select(r => Request(r, o.Context, plan)))}) = {result}",
            OperationKind.Get => $"io_getevents2(bytes {o.A}, min_bytes {o.B}, {(o.C < 0 ? "no timeout" : $"{o.C} ns")}) = {result}",
            OperationKind.Reap when o.Result > 0 => $"reap, head {o.Events[0].Position} to {o.Events[0].Next}",
            OperationKind.Reap => $"reap: {(o.Result <= RoundThread.Anomalous ? "a broken record" : "empty")}, head {o.B}, flags 0x{o.A:x}, ring {o.C}",
            OperationKind.Look => $"look: flags 0x{o.A:x}, tail {o.B}, ring {o.C}",
            OperationKind.Cancel => $"io_cancel2({Request((int)o.A, o.Context, plan)}) = {result}",
            OperationKind.Feed => $"write to the pipe of {Request((int)o.A, o.Context, plan)} = {result}",
            OperationKind.Resize => $"RESIZE({o.C}) = {result}{(o.Result == 0 ? $": ring {o.B} from {o.A}" : "")}",
            OperationKind.GetRing => $"GET_RING = {result}{(o.Result == 0 ? $": ring {o.B}" : "")}",
            OperationKind.Release => $"RELEASE = {result}",
            OperationKind.List => $"io_list2 = {result}",
            OperationKind.Destroy => $"io_destroy2 = {result}",
            OperationKind.Quiet => "nothing more comes",
            OperationKind.Afterwards => $"write to the pipe of {Request((int)o.A, o.Context, plan)}: {(o.Result != 0 ? "the bytes stay" : "somebody takes them")}",
            _ => o.Kind.ToString(),
        };
    }

    private static string Request(int request, int context, RoundPlan plan) => plan.Contexts[context].Pipes[request] is var pipe && pipe >= 0 ? $"read {request} of pipe {pipe}" : $"nop {request}";

    private static string Events(Operation o, RoundPlan plan)
    {
        if (o.Events.Count == 0)
        {
            return "";
        }

        bool list = o.Kind == OperationKind.List;
        return ": " + string.Join(", ", o.Events.Select(e =>
        {
            int request = plan.RequestOf(o.Context, e.UserData);
            string name = request < 0 ? $"user_data 0x{e.UserData:x}, which nobody submitted" : Request(request, o.Context, plan);
            return list ? $"{name} {Aio2RequestState.NameOf((ushort)e.Position)}" : $"{name} → {(e.Res < 0 ? ErrnoName.Of(e.Res) : e.Res)}";
        }));
    }
}
