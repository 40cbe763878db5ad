namespace AioV2.Conformance.Linearize;

/// <summary>One operation of a history: when it was, by whom, and the steps that it consists of, each of which took effect at
/// some moment in between, in this order.</summary>
/// <typeparam name="TStep">What can be done.</typeparam>
/// <param name="Thread">Who did it, from 0; the operations of one thread follow each other.</param>
/// <param name="Invoke">The stamp before it.</param>
/// <param name="Return">The stamp after it; <see cref="Pending"/> where it never returned.</param>
/// <param name="Steps">What it did.</param>
public sealed record Interval<TStep>(int Thread, long Invoke, long Return, IReadOnlyList<TStep> Steps)
{
    /// <summary>The return stamp of what never returned: its steps may have happened or not.</summary>
    public const long Pending = long.MaxValue;
}
