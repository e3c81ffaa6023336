namespace Vitrina.Engine.Language;

/// <summary>The words of a folded text that consist of letters alone; runs that touch a digit belong to codes and amounts and are left out.</summary>
internal ref struct LetterRuns(ReadOnlySpan<char> folded)
{
    private readonly ReadOnlySpan<char> _folded = folded;
    private int _at;

    /// <summary>Where the present word stands.</summary>
    public Range Current { get; private set; }

    /// <summary>The words in turn.</summary>
    public readonly LetterRuns GetEnumerator() => this;

    /// <summary>Moves to the next word; false at the end.</summary>
    public bool MoveNext()
    {
        while (_at < _folded.Length)
        {
            if (!char.IsLetterOrDigit(_folded[_at]))
            {
                _at++;
                continue;
            }

            var start = _at;
            var hasDigit = false;
            for (; _at < _folded.Length && char.IsLetterOrDigit(_folded[_at]); _at++)
            {
                hasDigit |= !char.IsLetter(_folded[_at]);
            }

            if (!hasDigit)
            {
                Current = start.._at;
                return true;
            }
        }

        return false;
    }
}
