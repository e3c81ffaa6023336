using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace Vitrina.Simulation.Goods;

public sealed partial record WorldConfiguration
{
    /// <summary>The world of the demo: 40 types, 6,000 items, 3,000 users, three weeks, about 25,000 rankings. These are the defaults.</summary>
    public static WorldConfiguration Demo { get; } = new();

    /// <summary>A world for tests: made in well under a second.</summary>
    public static WorldConfiguration Small { get; } = new() { Days = 7, TypeCount = 8, ItemCount = 600, SellerCount = 30, UserCount = 300 };

    /// <summary>The same world with more of everything that grows with a marketplace.</summary>
    /// <param name="scale">Multiplies items, sellers and users (and with them sessions); above 0.</param>
    /// <exception cref="WorldConfigurationException">The scale is not a positive number.</exception>
    public WorldConfiguration Scaled(double scale)
    {
        if (!(scale > 0) || !double.IsFinite(scale))
        {
            throw new WorldConfigurationException([new WorldConfigurationProblem("scale", "must be a positive number")]);
        }

        return this with { ItemCount = Times(ItemCount, scale), SellerCount = Times(SellerCount, scale), UserCount = Times(UserCount, scale) };
    }

    /// <summary>Refuses values no world can have.</summary>
    /// <exception cref="WorldConfigurationException">Names every wrong field at once.</exception>
    public void Validate()
    {
        var problems = new List<WorldConfigurationProblem>();
        foreach (PropertyInfo property in Parameters())
        {
            RangeAttribute range = property.GetCustomAttribute<RangeAttribute>()!;
            object value = property.GetValue(this)!;
            bool isFinite = value is not double number || double.IsFinite(number);
            if (!isFinite || !range.IsValid(value))
            {
                problems.Add(new WorldConfigurationProblem(
                    Camel(property.Name),
                    string.Create(CultureInfo.InvariantCulture, $"is {value}, must be from {range.Minimum} to {range.Maximum}")));
            }
        }

        AddCrossChecks(problems);
        if (problems.Count > 0)
        {
            throw new WorldConfigurationException(problems);
        }
    }

    /// <summary>Writes the configuration as YAML: one line per parameter, with its description above it when asked for.</summary>
    /// <param name="withDescriptions">Whether each parameter is preceded by a comment.</param>
    public string ToYaml(bool withDescriptions = true)
    {
        var text = new StringBuilder();
        foreach (PropertyInfo property in Parameters())
        {
            if (withDescriptions)
            {
                text.Append("# ").Append(property.GetCustomAttribute<DescriptionAttribute>()!.Description).Append('\n');
            }

            text.Append(CultureInfo.InvariantCulture, $"{Camel(property.Name)}: {property.GetValue(this)}\n");
        }

        return text.ToString();
    }

    private static IEnumerable<PropertyInfo> Parameters() =>
        typeof(WorldConfiguration).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.IsDefined(typeof(RangeAttribute)))
            .OrderBy(property => property.MetadataToken);

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    private static int Times(int count, double scale) => (int)Math.Clamp(Math.Round(count * scale), 1, int.MaxValue);

    private void AddCrossChecks(List<WorldConfigurationProblem> problems)
    {
        if (TypeCount > Assortment.MaximumTypeCount)
        {
            problems.Add(new WorldConfigurationProblem("typeCount", $"is {TypeCount}, the grammar can name {Assortment.MaximumTypeCount}"));
        }

        if (ItemCount < TypeCount)
        {
            problems.Add(new WorldConfigurationProblem("itemCount", $"is {ItemCount}, below typeCount {TypeCount}"));
        }

        if (DiscountMaximum < DiscountMinimum)
        {
            problems.Add(new WorldConfigurationProblem("discountMaximum", "is below discountMinimum"));
        }

        if (!(TypeQueryShare + BrandTypeQueryShare + ModelQueryShare + ColourQueryShare + BrandQueryShare > 0))
        {
            problems.Add(new WorldConfigurationProblem("typeQueryShare", "the weights of all kinds of queries are zero"));
        }

        if (TypoShare + LayoutSlipShare > 1)
        {
            problems.Add(new WorldConfigurationProblem("typoShare", "typoShare and layoutSlipShare exceed 1 together"));
        }
    }
}
