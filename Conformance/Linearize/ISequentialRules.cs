using System.Diagnostics.CodeAnalysis;
using AioV2.Conformance.Model;

namespace AioV2.Conformance.Linearize;

/// <summary>What a thing answers when one step is done at a time.</summary>
/// <typeparam name="TState">Its state: immutable, compared by value.</typeparam>
/// <typeparam name="TStep">What can be done to it, with the answer that was seen.</typeparam>
public interface ISequentialRules<TState, TStep>
    where TState : struct, IEquatable<TState>
{
    /// <summary>Does a step; false, with the requirement that forbids its answer in this state, where it cannot have been so.</summary>
    bool TryApply(in TState state, in TStep step, out TState next, [NotNullWhen(false)] out Violation? refusal);
}
