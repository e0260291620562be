<?php
/**
 * @package Akismet
 */
/*
Plugin Name: Akismet Anti-spam
Plugin URI: https://akismet.com/
Version: 5.3.1
License: GPLv2 or later
*/
$version = 'Version: 1';
