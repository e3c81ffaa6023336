using Vitrina.Simulation.Driving;

namespace Vitrina.Tests.Simulation.Driving;

public class WorldKindTests
{
    public static TheoryData<string, string> Presets()
    {
        var presets = new TheoryData<string, string>();
        foreach (var kind in WorldKind.All)
        {
            foreach (var preset in kind.Presets)
            {
                presets.Add(kind.Name, preset);
            }
        }

        return presets;
    }

    [Theory]
    [MemberData(nameof(Presets))]
    public void A_shipped_preset_names_every_parameter_once_with_its_description(string world, string preset)
    {
        var kind = WorldKind.Find(world)!;
        var path = kind.FileOf(preset);
        var file = WorldConfigurationFile.Load(kind, path);
        Assert.Empty(file.Errors);
        Assert.Equal(world, file.Configuration!.World);

        // Files may stand in another order than the code and have headings between; each value stands under its description.
        string[] lines = File.ReadAllLines(path);
        string[] expected = file.Configuration.ToYaml().TrimEnd().Split('\n');
        string[] values = [.. lines.Where(line => line.Length > 0 && line[0] != '#')];
        Assert.Equal(expected.Where(line => line[0] != '#').Order(StringComparer.Ordinal), values.Order(StringComparer.Ordinal));
        Assert.All(values, value => Assert.Equal(expected[Array.IndexOf(expected, value) - 1], lines[Array.IndexOf(lines, value) - 1]));
    }

    [Fact]
    public void The_default_preset_holds_the_defaults()
    {
        foreach (var kind in WorldKind.All)
        {
            var defaults = WorldConfigurationFile.Parse(kind, "{}", "empty").Configuration;
            Assert.Equal(defaults, WorldConfigurationFile.Load(kind, kind.FileOf(WorldKind.DefaultPreset)).Configuration);
        }
    }

    [Fact]
    public void Every_parameter_of_every_world_has_a_range_that_is_kept_and_a_description()
    {
        foreach (var kind in WorldKind.All)
        {
            var defaults = WorldConfigurationFile.Parse(kind, "{}", "empty").Configuration!;
            foreach (var line in defaults.ToYaml(false).TrimEnd().Split('\n'))
            {
                var name = line[..line.IndexOf(':', StringComparison.Ordinal)];
                foreach (var wrong in new[] { "NaN", "1e300", "-1e300", "text", "[1]", "{a: 1}", "" })
                {
                    var refused = WorldConfigurationFile.Parse(kind, $"\n{name}: {wrong}\n", "world.yaml");
                    var error = Assert.Single(refused.Errors);
                    Assert.Equal((2, true), (error.Line, error.Message.Contains($"'{name}'", StringComparison.Ordinal)));
                }
            }
        }
    }
}
