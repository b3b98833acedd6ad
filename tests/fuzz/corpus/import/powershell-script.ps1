# Made by IT.  Add-VpnConnection -Name "Old" -ServerAddress old.example.com -TunnelType L2tp
<# Another
   comment #>
$server = "vpn.example.com"
$psk = 'k`e"y'
$name = "Site of $server"
$params = @{
    Name = $name
    ServerAddress = "$server"
    TunnelType = 'L2tp'
    L2tpPsk = $psk
    AuthenticationMethod = @('Chap', 'MSChapv2')
    SplitTunneling = $false
    IdleDisconnectSeconds = 600; RememberCredential = $true
}
$result = Add-VpnConnection @params -Force -PassThru
Set-VpnConnection -Name $name -SplitTunneling $true
Set-VpnConnectionIPsecConfiguration -Conn $name -Cipher GCMAES256 -AuthenticationTransform GCMAES256 -DHGroup ECP384 -EncryptionMethod AES256 -Integrity SHA384 -Pfs PFSMM -PassThru -Force
Add-VpnConnection -Name 'Asked' -ServerAddress (Read-Host "Server") -TunnelType L2tp -L2tpPsk $(Get-Content key.txt)
