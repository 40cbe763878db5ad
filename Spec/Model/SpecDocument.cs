namespace AioV2.Spec.Model;

/// <summary>A whole spec: everything that the generators need, and nothing else (ABI-3).</summary>
public sealed record SpecDocument
{
    /// <summary>The file's name as errors give it.</summary>
    public required string File { get; init; }

    /// <summary>SHA-256 of the file, 64 hexadecimal digits.</summary>
    public required string Hash { get; init; }

    public required string Name { get; init; }
    public required string Title { get; init; }
    public required int AbiVersion { get; init; }
    public required string License { get; init; }
    public required IReadOnlyList<ConstantDef> Constants { get; init; }
    public required IReadOnlyList<GroupDef> Groups { get; init; }

    /// <summary>The allow-list of SYSCALL (SUBMIT-7).</summary>
    public required GroupDef Syscalls { get; init; }

    public required GroupDef RwFlags { get; init; }
    public required IReadOnlyList<StructDef> Structs { get; init; }

    /// <summary>The operations; every value is an <see cref="OpDef"/>.</summary>
    public required GroupDef Opcodes { get; init; }

    /// <summary>The attributes; every value is an <see cref="AttrDef"/>.</summary>
    public required GroupDef Attributes { get; init; }

    /// <summary>Attribute types from here up are the drivers' own (ATTR-5).</summary>
    public required ulong DriverBase { get; init; }

    /// <summary>The reason codes; every value is a <see cref="ReasonDef"/>.</summary>
    public required GroupDef Reasons { get; init; }

    /// <summary>Name of the C# class that holds the errnos.</summary>
    public required string ErrnoClass { get; init; }

    public required IReadOnlyList<ErrnoDef> Errnos { get; init; }
    public required IReadOnlyList<CallDef> Calls { get; init; }
    public required IReadOnlyList<RequirementDef> Requirements { get; init; }

    /// <summary>The format of recorded traces, or null where a spec has none.</summary>
    public TraceDef? Trace { get; init; }

    /// <summary>Every group that gives C macros, in the order of the spec.</summary>
    public IEnumerable<GroupDef> AllGroups => [.. Groups, Syscalls, RwFlags, Opcodes, Attributes, Reasons];

    /// <summary>The operations.</summary>
    public IEnumerable<OpDef> Ops => Opcodes.Values.Cast<OpDef>();

    /// <summary>The attributes.</summary>
    public IEnumerable<AttrDef> Attrs => Attributes.Values.Cast<AttrDef>();

    /// <summary>The reason codes.</summary>
    public IEnumerable<ReasonDef> ReasonCodes => Reasons.Values.Cast<ReasonDef>();

    /// <summary>The group with the spec's own name, or null.</summary>
    public GroupDef? Group(string name) => Groups.FirstOrDefault(group => group.Name == name);

    /// <summary>The group whose values a text speaks of, as <c>AIO2_SETUP_*</c> or one of them by name, or null.</summary>
    public GroupDef? GroupIn(string doc)
    {
        var words = doc.Split([' ', ',', ';', ':', '.'], StringSplitOptions.RemoveEmptyEntries).ToHashSet();
        return AllGroups.Where(group => words.Contains(group.Prefix + "*") || group.Values.Any(value => words.Contains(group.Prefix + value.Name)))
            .MaxBy(group => group.Prefix.Length);
    }

    /// <summary>The struct with that name, or null.</summary>
    public StructDef? Struct(string name) => Structs.FirstOrDefault(s => s.Name == name);
}
