using System.Collections;

namespace Vitrina.Engine.Verticals;

/// <summary>One mistake in a declaration file.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column, from 1.</param>
/// <param name="Message">What is wrong, naming the key and what was expected.</param>
/// <param name="Suggestion">The nearest valid name, when one is near.</param>
/// <param name="Field">The path of the key, such as <c>arms[1].weight</c>; null where the mistake belongs to no key.</param>
public sealed record DeclarationError(string File, int Line, int Column, string Message, string? Suggestion = null, string? Field = null)
{
    /// <summary>The error as one line: <c>goods.yaml:12:3: unknown key 'windwos' in 'statistics'; did you mean 'windows'?</c>.</summary>
    public override string ToString()
    {
        var hint = Suggestion is null ? "" : $"; did you mean '{Suggestion}'?";
        return $"{File}:{Line}:{Column}: {Message}{hint}";
    }
}

/// <summary>Collects the mistakes of a declaration file, so that a reader reports all of them at once.</summary>
/// <remarks>Not safe for concurrent use.</remarks>
public sealed class ErrorList : IReadOnlyList<DeclarationError>
{
    // A file with more mistakes than this is not a vertical; listing more helps nobody.
    private const int Limit = 1000;
    private readonly List<DeclarationError> _errors = [];

    /// <inheritdoc/>
    public int Count => _errors.Count;

    /// <inheritdoc/>
    public DeclarationError this[int index] => _errors[index];

    /// <summary>Adds a mistake at a position.</summary>
    public void Add(SourcePosition position, string message, string? suggestion = null, string? field = null)
    {
        if (_errors.Count < Limit)
        {
            _errors.Add(new DeclarationError(position.File, position.Line, position.Column, message, suggestion, field));
        }
    }

    /// <summary>The mistakes in the order of the file.</summary>
    public IReadOnlyList<DeclarationError> InFileOrder() => [.. _errors.OrderBy(e => e.Line).ThenBy(e => e.Column)];

    /// <inheritdoc/>
    public IEnumerator<DeclarationError> GetEnumerator() => _errors.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
