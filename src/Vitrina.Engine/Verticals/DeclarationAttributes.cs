namespace Vitrina.Engine.Verticals;

/// <summary>The only keys that a map of declarations may have.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AllowedKeysAttribute(params string[] keys) : Attribute
{
    /// <summary>The allowed keys.</summary>
    public IReadOnlyList<string> Keys { get; } = keys;
}

/// <summary>The keys that say of which kind an entry of a list is; without the attribute it is <c>kind</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DiscriminatorAttribute(params string[] names) : Attribute
{
    /// <summary>The keys; exactly one of them stands in an entry. A bare name stands for the first.</summary>
    public IReadOnlyList<string> Names { get; } = names;
}

/// <summary>A list that may be written as a single value: <c>key: item</c> for <c>key: [item]</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OneOrManyAttribute : Attribute;
