using System.Collections.Concurrent;
using System.Collections.ObjectModel;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Vitrina.Engine.Verticals;

/// <summary>The keys that a declaration type accepts; made once per type, shared by the binder and the schema.</summary>
internal sealed class DeclarationShape
{
    private static readonly ConcurrentDictionary<Type, DeclarationShape> Shapes = new();
    private readonly Type _type;

    private DeclarationShape(Type type)
    {
        _type = type;
        var nullability = new NullabilityInfoContext();
        Properties = [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p is { CanRead: true, CanWrite: true, Name: not nameof(IPositioned.Position) })
            .Select(p => new DeclarationProperty(p, nullability))];
        Names = [.. Properties.Select(p => p.Name)];
    }

    /// <summary>The keys, in the order of the type.</summary>
    public IReadOnlyList<DeclarationProperty> Properties { get; }

    /// <summary>The names of the keys.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The shape of a type.</summary>
    public static DeclarationShape Of(Type type) => Shapes.GetOrAdd(type, t => new DeclarationShape(t));

    /// <summary>The element type of a list type; null for other types.</summary>
    public static Type? ElementOfList(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0] : null;

    /// <summary>The value type of a map type; null for other types.</summary>
    public static Type? ValueOfMap(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) && type.GetGenericArguments()[0] == typeof(string)
            ? type.GetGenericArguments()[1]
            : null;

    /// <summary>The key of a name; null when the type has none.</summary>
    public DeclarationProperty? Find(string name)
    {
        foreach (var property in Properties)
        {
            if (property.Name == name)
            {
                return property;
            }
        }

        return null;
    }

    /// <summary>A new object with the initialisers' defaults.</summary>
    public object Create() => Activator.CreateInstance(_type)
        ?? throw new InvalidOperationException($"{_type} cannot be created.");
}

/// <summary>One key of a declaration type, with what is demanded of its value.</summary>
internal sealed class DeclarationProperty
{
    private readonly PropertyInfo _property;
    private readonly RangeAttribute? _range;
    private readonly AllowedValuesAttribute? _allowedValues;

    public DeclarationProperty(PropertyInfo property, NullabilityInfoContext nullability)
    {
        _property = property;
        Name = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
        Type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        IsNullable = nullability.Create(property).WriteState == NullabilityState.Nullable;
        IsRequired = property.IsDefined(typeof(RequiredMemberAttribute)) || property.IsDefined(typeof(RequiredAttribute));
        IsOneOrMany = property.IsDefined(typeof(OneOrManyAttribute));
        Description = property.GetCustomAttribute<DescriptionAttribute>()?.Description;
        AllowedKeys = property.GetCustomAttribute<AllowedKeysAttribute>()?.Keys;
        Discriminators = property.GetCustomAttribute<DiscriminatorAttribute>()?.Names ?? ["kind"];
        Pattern = property.GetCustomAttribute<RegularExpressionAttribute>();
        _range = property.GetCustomAttribute<RangeAttribute>();
        _allowedValues = property.GetCustomAttribute<AllowedValuesAttribute>();
    }

    /// <summary>The key as files write it.</summary>
    public string Name { get; }

    /// <summary>The type of the value, without Nullable.</summary>
    public Type Type { get; }

    public bool IsNullable { get; }

    public bool IsRequired { get; }

    public bool IsOneOrMany { get; }

    public string? Description { get; }

    public IReadOnlyList<string>? AllowedKeys { get; }

    public IReadOnlyList<string> Discriminators { get; }

    /// <summary>For maps the pattern of the keys, else of the values.</summary>
    public RegularExpressionAttribute? Pattern { get; }

    /// <summary>The bounds of a number or duration; null when unbounded.</summary>
    public RangeAttribute? Range => _range;

    /// <summary>The only accepted values; null when any.</summary>
    public IReadOnlyList<string>? AllowedValues => _allowedValues?.Values.Select(v => Convert.ToString(v, CultureInfo.InvariantCulture) ?? "").ToList();

    public void Set(object target, object? value) => _property.SetValue(target, value);

    public object? Get(object target) => _property.GetValue(target);

    /// <summary>Gives a property that may not be null an empty value when errors left it without one.</summary>
    public void FillIfNull(object target)
    {
        if (IsNullable || _property.GetValue(target) is not null)
        {
            return;
        }

        _property.SetValue(target, Empty(Type));
    }

    /// <summary>Whether a text fits the pattern; the attribute by itself would accept the empty text.</summary>
    public bool FitsPattern(string? text) => Pattern is null || (!string.IsNullOrEmpty(text) && Pattern.IsValid(text));

    /// <summary>Says what a value of the type must do, when it does not do it; null when it fits.</summary>
    public string? FindBreach(Type type, object? value)
    {
        var isMap = DeclarationShape.ValueOfMap(Type) is not null;
        if (type == typeof(string) && !isMap && Pattern is not null && !FitsPattern((string?)value))
        {
            return $"fit {Pattern.Pattern}";
        }

        if (_range is not null && type != typeof(string) && !_range.IsValid(value))
        {
            return $"be from {Bound(_range.Minimum)} to {Bound(_range.Maximum)}";
        }

        return _allowedValues is not null && !_allowedValues.IsValid(value) ? $"be one of {string.Join(", ", AllowedValues!)}" : null;
    }

    /// <summary>The accepted value nearest to a wrong one.</summary>
    public string? Nearest(string text) => AllowedValues is { } values ? NearestName.Find(text, values) : null;

    private static string Bound(object? value) =>
        value is TimeSpan span ? Duration.Format(span) : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private static object Empty(Type type)
    {
        if (type == typeof(string))
        {
            return "";
        }

        if (DeclarationShape.ElementOfList(type) is { } element)
        {
            return Array.CreateInstance(element, 0);
        }

        if (DeclarationShape.ValueOfMap(type) is { } valueType)
        {
            return typeof(ReadOnlyDictionary<,>).MakeGenericType(typeof(string), valueType)
                .GetProperty("Empty", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
        }

        if (type == typeof(DeclarationNode))
        {
            return DeclarationNode.Map([], default);
        }

        if (type == typeof(KindDeclaration))
        {
            return new KindDeclaration { Kind = "", Parameters = DeclarationNode.Map([], default) };
        }

        var shape = DeclarationShape.Of(type);
        var empty = shape.Create();
        foreach (var property in shape.Properties)
        {
            property.FillIfNull(empty);
        }

        return empty;
    }
}
