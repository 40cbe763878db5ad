using AioV2.Spec.Model;

namespace AioV2.Spec.Lint;

/// <summary>Calls without flags, and calls whose arguments do not fit the registers of every architecture.</summary>
internal static class CallLint
{
    private const int Registers = 6;

    public static void Run(SpecDocument spec, LintNotes notes)
    {
        foreach (var call in spec.Calls)
        {
            if (call.Args.All(a => a.Name != "flags"))
                notes.Add(LintRules.CallFlags, call, call.AtKey("name"), $"{call.Name} takes no flags: add 'flags', and refuse what is unknown in it");
            Pairs(call, notes);
        }
    }

    /// <summary>Counts registers as ARM EABI, o32 and the like do: a 64-bit argument begins at an even one.</summary>
    private static void Pairs(CallDef call, LintNotes notes)
    {
        var used = 0;
        foreach (var arg in call.Args)
        {
            var wide = arg.Type is "u64" or "s64";
            if (wide && used % 2 != 0)
            {
                notes.Add(LintRules.CallRegisters, arg, arg.AtKey("name"), $"'{arg.Name}' of {call.Name} is 64 bits wide and would begin at register {used} (from 0): a register is lost, and user space must know; move it to the first, third or fifth place");
                used++;
            }
            used += wide ? 2 : 1;
        }
        if (used > Registers)
            notes.Add(LintRules.CallRegisters, call, call.AtKey("name"), $"{call.Name} takes {used} registers on a 32-bit machine: {Registers} are there; put some arguments into a struct");
    }
}
