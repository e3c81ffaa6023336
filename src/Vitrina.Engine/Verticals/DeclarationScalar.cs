using System.Globalization;
using System.Text.Json;

namespace Vitrina.Engine.Verticals;

/// <summary>Reads single values of the types that declarations use.</summary>
internal static class DeclarationScalar
{
    /// <summary>Whether a type is written as a single value.</summary>
    public static bool IsScalar(Type type) => type.IsEnum || type == typeof(string) || type == typeof(bool) || type == typeof(int) || type == typeof(long)
        || type == typeof(double) || type == typeof(TimeSpan) || type == typeof(ViewsDeclaration);

    /// <summary>What a value of the type looks like, for messages.</summary>
    public static string Expected(Type type)
    {
        if (type.IsEnum)
        {
            return $"one of {string.Join(", ", Names(type))}";
        }

        return type == typeof(bool) ? "true or false"
            : type == typeof(int) || type == typeof(long) ? "a whole number"
            : type == typeof(double) ? "a number"
            : type == typeof(TimeSpan) ? "a duration such as 50ms, 24h or 7d"
            : type == typeof(ViewsDeclaration) ? "client or assumed(n), n from 1 to 1000"
            : "a single value";
    }

    /// <summary>The names of an enum as files write them.</summary>
    public static IReadOnlyList<string> Names(Type type) => [.. Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName)];

    /// <summary>The valid value nearest to a wrong one; null when none is near or the type has no list of values.</summary>
    public static string? Nearest(Type type, string text) =>
        type.IsEnum ? NearestName.Find(text, Names(type))
        : type == typeof(ViewsDeclaration) ? NearestName.Find(text, ["client"])
        : null;

    /// <summary>Reads a value; a quoted scalar is never a number or a bool.</summary>
    public static bool TryRead(Type type, DeclarationNode node, out object? value)
    {
        var text = node.Text;
        value = null;
        if (type == typeof(string))
        {
            value = text;
        }
        else if (type.IsEnum)
        {
            var index = Names(type).ToList().IndexOf(text);
            value = index < 0 ? null : Enum.Parse(type, Enum.GetNames(type)[index]);
        }
        else if (type == typeof(TimeSpan))
        {
            value = Duration.TryParse(text, out var duration) ? duration : null;
        }
        else if (type == typeof(ViewsDeclaration))
        {
            value = ViewsDeclaration.TryParse(text, out var views) ? views : null;
        }
        else if (!node.IsQuoted)
        {
            value = ReadPlain(type, text);
        }

        return value is not null;
    }

    private static object? ReadPlain(Type type, string text)
    {
        const NumberStyles Whole = NumberStyles.AllowLeadingSign;
        if (type == typeof(bool))
        {
            return text switch { "true" => true, "false" => false, _ => null };
        }

        if (type == typeof(int))
        {
            return int.TryParse(text, Whole, CultureInfo.InvariantCulture, out var number) ? number : null;
        }

        if (type == typeof(long))
        {
            return long.TryParse(text, Whole, CultureInfo.InvariantCulture, out var number) ? number : null;
        }

        const NumberStyles Real = Whole | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(text, Real, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real) ? real : null;
    }
}
