namespace Vitrina.Engine.Journal;

/// <summary>The journal could not write, or was closed: nothing of the append is acknowledged, and no append succeeds until a restart.</summary>
public sealed class JournalUnavailableException : Exception
{
    /// <summary>Says why.</summary>
    /// <param name="reason">A sentence.</param>
    /// <param name="innerException">What the store or the observer threw; null when the writer was closed.</param>
    public JournalUnavailableException(string reason, Exception? innerException = null)
        : base(reason, innerException)
    {
    }
}
