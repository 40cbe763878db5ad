namespace AioV2.Conformance.Mutants;

/// <summary>What sort of mistake a mutant makes.</summary>
public enum MutantKind
{
    /// <summary>A wrong answer, which one thread sees.</summary>
    Answer,

    /// <summary>A fault that needs two threads, or a call that returned while its work goes on.</summary>
    Concurrency,

    /// <summary>Two stores, two loads, or a store and a load that change places in the program.</summary>
    Order,
}
