namespace AioV2.Bench.Harness;

/// <summary>One of the two things that a row compares, ready to run.</summary>
public interface ISide : IDisposable
{
    /// <summary>Most operations that one leg may do, e.g. the blocks of a file that must be met cold.</summary>
    long MaxOperations => long.MaxValue;

    /// <summary>Whether the first operation runs the same code as the last: true for what no JIT compiles while it runs.</summary>
    bool IsCompiledAhead => false;

    /// <summary>Does about so many operations, never fewer than one, and tells how long they took.</summary>
    /// <exception cref="BenchException">The work itself went wrong.</exception>
    Reading Run(long operations);
}
