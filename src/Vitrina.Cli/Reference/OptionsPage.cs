using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Vitrina.Api;
using Vitrina.Engine;
using Vitrina.Learning;

namespace Vitrina.Cli.Reference;

/// <summary>The page of options, from the options' classes and their comments.</summary>
internal static class OptionsPage
{
    private const string Suffix = "Options";

    // What a configuration is bound to; everything else is set by the code or command that uses it.
    private static readonly (string Section, Type Type)[] Sections = [("Api", typeof(ApiOptions)), ("Engine", typeof(EngineOptions))];

    public static string Write()
    {
        var page = new ReferencePage("Options");
        page.Line("Keys of the configuration, by section. A key that no class has stops the start and is named.").Line();
        var written = new HashSet<Type>();
        foreach (var (section, type) in Sections)
        {
            Write(page, section, type, written);
        }

        page.Heading(2, "Set in code").Line("These are given by the commands or by whoever hosts the part; no configuration reaches them.").Line();
        foreach (var type in new[] { typeof(ApiOptions), typeof(EngineOptions), typeof(LearningOptions) }.Select(type => type.Assembly).Distinct()
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type is { IsClass: true, IsNested: false } && type.Name.EndsWith(Suffix, StringComparison.Ordinal) && !written.Contains(type)
                && type.GetConstructor(Type.EmptyTypes) is not null && Keys(type).Any())
            .OrderBy(type => type.Name, StringComparer.Ordinal))
        {
            WriteOne(page, 3, type.Name, type);
        }

        return page.ToString();
    }

    private static void Write(ReferencePage page, string section, Type type, HashSet<Type> written)
    {
        written.Add(type);
        WriteOne(page, 2, section, type);
        foreach (var property in Keys(type).Where(property => IsSection(property.PropertyType)))
        {
            Write(page, $"{section}:{property.Name}", property.PropertyType, written);
        }
    }

    private static void WriteOne(ReferencePage page, int level, string heading, Type type)
    {
        page.Heading(level, heading).Line(CodeComments.Of(type)).Line();
        var defaults = Activator.CreateInstance(type)!;
        page.Table(
            ["key", "type", "range", "default", "meaning"],
            Keys(type).Where(property => !IsSection(property.PropertyType)).Select(property => (IReadOnlyList<string>)
                [
                    ReferencePage.Code(property.Name),
                    ReferencePage.TypeName(property.PropertyType),
                    RangeOf(property),
                    ReferencePage.Code(ReferencePage.ValueOf(property.GetValue(defaults))),
                    CodeComments.Of(property),
                ]));
    }

    private static IEnumerable<PropertyInfo> Keys(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite);

    private static bool IsSection(Type type) => type.Name.EndsWith(Suffix, StringComparison.Ordinal) && type.IsClass;

    private static string RangeOf(PropertyInfo property) => property.GetCustomAttribute<RangeAttribute>() is { } range
        ? $"{Bound(range, range.Minimum)} to {Bound(range, range.Maximum)}"
        : "";

    private static string Bound(RangeAttribute range, object bound) => bound switch
    {
        string text when range.OperandType == typeof(TimeSpan) => ReferencePage.ValueOf(TimeSpan.Parse(text, CultureInfo.InvariantCulture)),
        double number when number == Math.Floor(number) => number.ToString("N0", CultureInfo.InvariantCulture),
        int number => number.ToString("N0", CultureInfo.InvariantCulture),
        _ => ReferencePage.ValueOf(bound),
    };
}
