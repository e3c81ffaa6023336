namespace Vitrina.Learning.Recommending.Sources;

/// <summary>One way to say how much an item fits what a person did so far.</summary>
public abstract class ItemSource
{
    /// <summary>Makes a source.</summary>
    /// <param name="name">The method's name in reports.</param>
    /// <param name="candidates">How many of its best items are candidates of the re-ranker.</param>
    protected ItemSource(string name, int candidates)
    {
        Name = name;
        Candidates = candidates;
    }

    /// <summary>The method's name in reports.</summary>
    public string Name { get; }

    /// <summary>How many of its best items are candidates of the re-ranker.</summary>
    public int Candidates { get; }

    /// <summary>Scores all items.</summary>
    /// <param name="history">What the person did, oldest first, no item twice.</param>
    /// <param name="scores">Receives a score per item, larger is better; 0 = nothing speaks for the item. Shape [items].</param>
    /// <remarks>Safe for concurrent use.</remarks>
    public abstract void Score(ReadOnlySpan<int> history, Span<float> scores);
}
