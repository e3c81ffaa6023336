namespace Vitrina.Engine.Verticals;

/// <summary>An entry whose parameters only its area knows: a feature, source, filter or mixing rule. Bound later, by its kind.</summary>
public sealed record KindDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    /// <summary>The key that named the kind: <c>kind</c>, <c>rule</c> or <c>section</c>.</summary>
    public string Discriminator { get; init; } = "kind";

    /// <summary>Of which kind the entry is.</summary>
    public required string Kind { get; init; }

    /// <summary>The parameters as they were written, the discriminator left out; an empty mapping for a bare name.</summary>
    public required DeclarationNode Parameters { get; init; }

    /// <summary>Reads one entry from text, for declarations made in code.</summary>
    /// <param name="text">YAML, for example <c>{kind: count, of: view}</c>, or a bare name.</param>
    /// <param name="errors">Receives the mistakes.</param>
    /// <param name="discriminators">Keys that may name the kind; none: <c>kind</c>.</param>
    public static KindDeclaration? Parse(string text, ErrorList errors, params string[] discriminators)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(errors);
        ArgumentNullException.ThrowIfNull(discriminators);
        var node = DeclarationReader.Read(text, "", errors);
        return node is null ? null : DeclarationBinder.BindKind(node, discriminators is [] ? ["kind"] : discriminators, "", errors);
    }

    /// <summary>Binds the parameters to the record of this kind.</summary>
    /// <typeparam name="T">A type with a parameterless constructor and public init properties, as <see cref="DeclarationBinder"/> describes.</typeparam>
    /// <param name="errors">Receives unknown, missing and wrong parameters with their positions.</param>
    /// <returns>The parameters; where there were errors, with defaults in their place.</returns>
    public T Bind<T>(ErrorList errors)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(errors);
        return DeclarationBinder.Bind<T>(Parameters, Kind, errors);
    }

    /// <summary>Where a parameter's value stands; the entry's own position when it has no such parameter.</summary>
    public SourcePosition PositionOf(string parameter) => Parameters.Find(parameter)?.Position ?? Position;

    /// <summary>Whether a parameter was written.</summary>
    public bool Has(string parameter) => Parameters.Find(parameter) is not null;
}
