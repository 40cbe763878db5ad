namespace AioV2.Conformance.Directed;

/// <summary>A thread of a directed check: what fails in it fails the check when it is joined.</summary>
internal sealed class RigThread
{
    private readonly Thread _thread;
    private DirectedFailureException? _failure;

    public RigThread(Action body)
    {
        _thread = new Thread(() =>
        {
            try
            {
                body();
            }
            catch (DirectedFailureException e)
            {
                _failure = e;
            }
        }) { IsBackground = true };
        _thread.Start();
    }

    public bool IsAlive => _thread.IsAlive;

    /// <summary>Waits for its end; false where that does not come in the rig's patience.</summary>
    /// <exception cref="DirectedFailureException">An assertion in the thread did not hold.</exception>
    public bool Join()
    {
        bool ended = _thread.Join(Rig.PatienceSeconds * 1000);
        return !ended || _failure is null ? ended : throw _failure;
    }
}
